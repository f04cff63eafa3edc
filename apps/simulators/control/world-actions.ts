import type { Received } from '../server/http-server';
import { jsonReply, type Reply } from '../server/reply';
import { TextBookError } from '../server/text-book';
import type { World } from '../world';

type Action = (received: Received, code: string) => Reply;

/** `/_sim/texts` (message texts at run time) and `/_sim/cases/{code}/files` (digests of the files on their way). */
export function worldActions(world: World): Readonly<Record<string, Action>> {
  return {
    'GET /_sim/texts': () => jsonReply(200, world.texts.all()),
    'POST /_sim/texts': ({ text }) => replaceTexts(world, text),
    'DELETE /_sim/texts': () => {
      world.texts.reset();
      return { status: 204 };
    },
    'GET /_sim/cases/*/files': (_received, code) => showFiles(world, code),
  };
}

function replaceTexts(world: World, text: string): Reply {
  try {
    world.texts.replace(JSON.parse(text));
    return { status: 204 };
  } catch (error) {
    if (error instanceof TextBookError) return jsonReply(400, { title: error.message });
    if (error instanceof SyntaxError) return jsonReply(400, { title: 'texts: JSON, {"system":{"name":"sentence"}}' });
    throw error;
  }
}

/** What DVCLT lists now, then what was sent and received elsewhere, in its order. */
function showFiles(world: World, code: string): Reply {
  const simCase = world.cases.find(code);
  if (simCase === undefined) return jsonReply(404, { title: 'no generated case has this code' });
  const listed = simCase.attachments.map(({ tenTepDinhKem, huyGiayTo, serial, minBytes }) => ({
    system: 'dvclt',
    direction: 'sent',
    name: tenTepDinhKem,
    bytes: world.pdf.byteLength(minBytes),
    sha256: world.pdf.sha256(serial, minBytes),
    isWithdrawn: huyGiayTo !== 0,
  }));
  return jsonReply(200, [...listed, ...world.papers.list(world.cases.aliasesOf(simCase.code))]);
}
