import { Controller, Get, Header, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AppError } from '#platform';
import {
  keyChainText,
  parseTilePath,
  readNewestCheckpoint,
  readResource,
  readWitnessed,
  type LogKeys,
  type LogSource,
  type Witness,
} from '#synclog';
import { callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { LogKeysView } from '../schema/log-keys';
import { LOG_KEYS, LOG_SOURCE, WITNESSES } from '../tokens';
import { RecordReaders } from '../use-cases/record-readers';

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const BYTES = 'application/octet-stream';

/** The sync log as C2SP tlog-tiles, for verifiers and witnesses written by others. Everything but the checkpoint never changes. */
@ApiTags('sync log')
@Controller('synclog')
export class TlogController {
  constructor(
    @Inject(LOG_KEYS) private readonly keysOfLog: LogKeys,
    @Inject(LOG_SOURCE) private readonly log: LogSource,
    @Inject(WITNESSES) private readonly witnesses: readonly Witness[],
    private readonly readers: RecordReaders,
  ) {}

  @Get('checkpoint')
  @Roles('auditor')
  @Header('content-type', TEXT)
  @Header('cache-control', 'no-cache')
  @Operation('synclog.checkpoint', 'The newest signed checkpoint of the sync log, with the cosignatures that it has')
  @ApiProduces(TEXT)
  @ApiOkResponse({ type: String })
  async checkpoint(): Promise<string> {
    const newest = await readNewestCheckpoint(this.log.tx);
    if (newest === undefined) throw notThere();
    return newest.note;
  }

  @Get('checkpoint.witnessed')
  @Roles('auditor')
  @Header('content-type', TEXT)
  @Header('cache-control', 'no-cache')
  @Operation('synclog.witnessed', 'The newest checkpoint that more than half of the witnesses have cosigned')
  @ApiProduces(TEXT)
  @ApiOkResponse({ type: String })
  async witnessed(): Promise<string> {
    const note = await readWitnessed(this.log.tx, this.witnesses);
    if (note === undefined) throw notThere();
    return note;
  }

  @Get('key')
  @Roles('auditor')
  @Header('content-type', TEXT)
  @Header('cache-control', 'no-cache')
  @Operation('synclog.key', 'The verifier key of the sync log; get it on a second way, too')
  @ApiProduces(TEXT)
  @ApiOkResponse({ type: String })
  key(): string {
    return `${this.keysOfLog().current.vkey}\n`;
  }

  @Get('keys')
  @Roles('auditor')
  @Header('content-type', JSON_TYPE)
  @Header('cache-control', 'no-cache')
  @Operation(
    'synclog.keys',
    'The verifier keys that the sync log has had, and the statements that lead from one to the next',
  )
  @ApiOkResponse({ type: LogKeysView })
  keys(): string {
    return keyChainText(this.keysOfLog().chain);
  }

  @Get('tile/*')
  @Roles('auditor')
  @Operation('synclog.tile', 'A hash tile (`tile/<L>/<N>[.p/<W>]`) or an entry bundle (`tile/entries/<N>[.p/<W>]`)')
  @ApiParam({ name: 'path', type: String, description: '`<L>/<N>` or `entries/<N>`, with `.p/<W>` for a partial one' })
  @ApiProduces(BYTES)
  async tile(
    @Param('*') path: string,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const name = parseTilePath(`tile/${path}`);
    if (name?.level === 'entries') {
      if (callerOf(request).units !== null) throw limited();
      await this.readers.reads(request);
    }
    const bytes = name && (await readResource(this.log, name));
    if (bytes === undefined) throw notThere();
    void reply.headers({ 'content-type': BYTES, 'cache-control': 'private, max-age=31536000, immutable' });
    return bytes;
  }
}

/** A bundle holds entries of all communes; hashes tell nothing. */
function limited(): AppError {
  return new AppError({
    code: 'synclog-limited',
    disposition: 'refuse',
    status: 403,
    detail:
      'an account that is limited to communes finds its entries by search; the whole log is for accounts without limits',
  });
}

function notThere(): AppError {
  return new AppError({
    code: 'synclog-resource-unknown',
    disposition: 'refuse',
    status: 404,
    detail: 'the sync log has no such resource',
  });
}
