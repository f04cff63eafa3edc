import type { DecodeResult, DossierSource, ListedItem } from '#intake';
import { AppError } from '#platform';
import type { AdapterDeps } from '../config/adapter-deps';
import { urlOf } from '../config/partner-config';
import { PartnerCalls, readFailure } from '../http/partner-call';
import { jsonBody } from '../wire/json-body';
import { bearer, isDeadDvcltToken } from './bearer';
import { decodeDetail } from './decode/decode-detail';
import type { DvcltTokens } from './dvclt-tokens';
import { listedRow } from './listed-row';

/** The list of new dossiers and their details (dvclt.md §2-3). Reads: every failure of the wire is an AppError with disposition `retry`. */
export class DvcltSource implements DossierSource {
  readonly id = 'dvclt';
  private readonly calls: PartnerCalls;

  constructor(
    private readonly deps: AdapterDeps,
    private readonly tokens: DvcltTokens,
  ) {
    this.calls = new PartnerCalls(deps);
  }

  /** GET with the JSON body `{}`, as DVCLT's clients do (Q33). No paging: the rows above `limits.maxListItems` come in a later list,
   *  when the first ones are acknowledged. */
  async list(signal: AbortSignal): Promise<Awaited<ReturnType<DossierSource['list']>>> {
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
    };
  }

  /** The bytes as received. What is no answer of DVCLT (HTML, an error envelope without `data`) is a failed read and not a dossier;
   *  JSON that is broken goes on to `decode`, and so into quarantine, where a person sees it. */
  async fetch(item: ListedItem, signal: AbortSignal): Promise<Buffer> {
    const url = urlOf(this.deps.config, 'detail', item.listId);
    const reply = await this.calls.call(
      {
        isWrite: false,
        tokens: this.tokens.general,
        isDeadToken: isDeadDvcltToken,
        build: (token) => ({ method: 'GET', url, headers: bearer(token) }),
      },
      signal,
    );
    if (reply.kind === 'failed') {
      const { reasonCode, answer } = reply.result;
      if (reasonCode === 'answer.not-json' && answer !== undefined && looksLikeJson(answer)) return answer;
      throw readFailure(reply.result);
    }
    const isRefusal = reply.json['data'] === undefined && ('title' in reply.json || 'errors' in reply.json);
    if (reply.httpStatus >= 300 || isRefusal)
      throw new AppError({ code: 'dvclt.detail-refused', disposition: 'retry' });
    return reply.answer;
  }

  decode(raw: Buffer): DecodeResult {
    return decodeDetail(raw, this.deps.config.limits.maxFiles);
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
