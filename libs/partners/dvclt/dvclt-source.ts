import type { CallResult } from '#delivery';
import type { AttachmentSink, DecodeResult, DossierSource, ListedItem, RawBytes } from '#intake';
import { AppError } from '#platform';
import type { AdapterDeps } from '../config/adapter-deps';
import { urlOf } from '../config/partner-config';
import { PartnerCalls, readFailure, type PartnerStream } from '../http/partner-call';
import { jsonBody } from '../wire/json-body';
import { bearer, isDeadDvcltToken } from './bearer';
import { decodeDetail } from './decode/decode-detail';
import { decodeLargeDetail } from './decode/large/decode-large';
import type { DvcltTokens } from './dvclt-tokens';
import { listedRow } from './listed-row';

/** A longer detail is streamed and decoded in a thread; a shorter one takes less time in one tick than the thread to start. Bytes. */
const LARGE_BYTES = 262_144;

/** The list of new dossiers and their details (dvclt.md §2-3). Reads: every failure of the wire is an AppError with disposition `retry`. */
export class DvcltSource implements DossierSource {
  readonly id = 'dvclt';
  private readonly calls: PartnerCalls;

  constructor(
    private readonly deps: AdapterDeps,
    private readonly tokens: DvcltTokens,
    /** Built script of the decode thread. @default the one of this build */
    private readonly threadEntry?: string,
  ) {
    this.calls = new PartnerCalls(deps);
  }

  /** GET with the JSON body `{}`, as DVCLT's clients do (Q33). No paging: the rows above `limits.maxListItems` come in a later list,
   *  when the first ones are acknowledged; `cut` counts them. */
  async list(signal: AbortSignal): Promise<Awaited<ReturnType<DossierSource['list']>> & { cut: number }> {
    const askedAt = this.deps.clock.now();
    const url = urlOf(this.deps.config, 'list');
    const reply = await this.calls.call(
      {
        isWrite: false,
        tokens: this.tokens.general,
        isDeadToken: isDeadDvcltToken,
        build: (token) => ({ method: 'GET', url, headers: bearer(token), body: jsonBody({}) }),
      },
      signal,
    );
    if (reply.kind === 'failed') throw readFailure(reply.result);
    const rows = reply.httpStatus < 300 && reply.json['data'] === null ? [] : reply.json['data'];
    if (reply.httpStatus >= 300 || !Array.isArray(rows))
      throw new AppError({ code: 'dvclt.list-unreadable', disposition: 'retry' });
    const { maxListItems } = this.deps.config.limits;
    if (rows.length > maxListItems) this.deps.log.warn('dvclt.list-cut', { rows: rows.length, taken: maxListItems });
    const read = rows.slice(0, maxListItems).map(listedRow);
    return {
      askedAt,
      items: read.flatMap((row) => ('item' in row ? [row.item] : [])),
      unreadable: read.flatMap((row) => ('unreadable' in row ? [row.unreadable] : [])),
      cut: rows.length - read.length,
    };
  }

  readRow(listing: Buffer): ListedItem | undefined {
    const row = listedRow(parsed(listing));
    return 'item' in row ? row.item : undefined;
  }

  /** The bytes as received. What is no answer of DVCLT (HTML, an error envelope without `data`) is a failed read and not a dossier;
   *  JSON that is broken goes on to `decode`, and so into quarantine, where a person sees it. */
  async fetch(item: ListedItem, signal: AbortSignal): Promise<RawBytes> {
    const url = urlOf(this.deps.config, 'detail', item.listId);
    const reply = await this.calls.read(
      {
        isWrite: false,
        tokens: this.tokens.general,
        isDeadToken: isDeadDvcltToken,
        build: (token) => ({ method: 'GET', url, headers: bearer(token) }),
      },
      LARGE_BYTES,
      signal,
    );
    if (reply.kind === 'stream') return longDetail(reply);
    if (reply.kind === 'failed') {
      const { reasonCode, answer } = reply.result;
      if (reasonCode === 'answer.not-json' && answer !== undefined && looksLikeJson(answer)) return answer;
      throw detailFailure(reply.result);
    }
    const isRefusal = reply.json['data'] === undefined && ('title' in reply.json || 'errors' in reply.json);
    if (reply.httpStatus >= 300 || isRefusal)
      throw new AppError({ code: 'dvclt.detail-refused', disposition: 'refuse' });
    return reply.answer;
  }

  decode(raw: Buffer): DecodeResult {
    return decodeDetail(raw, this.deps.config.limits.maxFiles);
  }

  decodeLarge(raw: AsyncIterable<Uint8Array>, files: AttachmentSink): Promise<DecodeResult> {
    return decodeLargeDetail(raw, files, { maxFiles: this.deps.config.limits.maxFiles, entry: this.threadEntry });
  }
}

/** A long page of the platform is no detail, whatever its status says. */
function longDetail({ head, body, cancel }: PartnerStream): AsyncIterable<Uint8Array> {
  if (looksLikeJson(head)) return body;
  cancel();
  throw new AppError({ code: 'answer.not-json', disposition: 'refuse' });
}

/** A call that was written and brought no detail says something about the item; one that never left, or was turned away for its number
 *  or its token, does not. */
function detailFailure(result: CallResult): AppError {
  const failure = readFailure(result);
  const isAboutItem = result.wire !== 'not-written' && !/^(auth\.|http\.429$)/.test(result.reasonCode);
  return isAboutItem ? new AppError({ code: failure.code, disposition: 'refuse', extra: failure.extra }) : failure;
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}

function looksLikeJson(answer: Buffer): boolean {
  return answer
    .subarray(0, 64)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
    .startsWith('{');
}
