import { Controller, Get, Header, Inject, Param, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '#access';
import { AppError } from '#platform';
import {
  proveEntry,
  publishedChain,
  readNumbered,
  searchEntries,
  type FoundEntry,
  type LogKeys,
  type LogSource,
} from '#synclog';
import { actorOf, Caller, callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { numberCursor } from '../http/number-cursor';
import { pageOf, type Page } from '../http/page';
import { syncLogFilter, syncLogItem } from '../reads/sync-log';
import { EvidenceFile, SyncLogItem, SyncLogPage } from '../schema/sync-log';
import { EvidenceQuery, SyncLogExportQuery, SyncLogQuery } from '../schema/sync-log-query';
import { ADDRESS_DIGEST, LOG_KEYS, LOG_SOURCE } from '../tokens';
import { ExportSyncLog, type ExportCaller } from '../use-cases/export-sync-log';

const TEXT = 'text/plain; charset=utf-8';
const MEDIA_TYPES = { jsonl: 'application/jsonl; charset=utf-8', csv: 'text/csv; charset=utf-8' };
const INDEX = /^\d{1,15}$/;

@ApiTags('sync log')
@Controller('api/v1/sync-log')
export class SyncLogController {
  constructor(
    private readonly exports: ExportSyncLog,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
    @Inject(LOG_KEYS) private readonly logKeys: LogKeys,
    @Inject(LOG_SOURCE) private readonly log: LogSource,
  ) {}

  @Get('entries')
  @Roles('auditor')
  @Operation('sync-log.list', 'Sealed entries of the sync log that meet all conditions, newest first')
  @ApiOkResponse({ type: SyncLogPage })
  async list(@Caller() { units }: Principal, @Query() query: SyncLogQuery): Promise<Page<SyncLogItem>> {
    const after = query.after === undefined ? undefined : numberCursor(query.after, 0);
    const filter = await syncLogFilter(this.log.tx, query, units);
    const found = await searchEntries(this.log, filter, { order: query.order, after, limit: query.limit + 1 });
    return pageOf(found, query.limit, syncLogItem, ({ index }) => String(index));
  }

  @Get('entries/:index')
  @Roles('auditor')
  @Operation('sync-log.show', 'One sealed entry, by its leaf index')
  @ApiParam({ name: 'index', type: Number })
  @ApiOkResponse({ type: SyncLogItem })
  async show(@Caller() caller: Principal, @Param('index') index: string): Promise<SyncLogItem> {
    const found = await this.numbered(caller, index);
    if (!found.isSealed) throw notSealed();
    return syncLogItem(found);
  }

  @Get('entries/:index/proof')
  @Roles('auditor')
  @Header('content-type', TEXT)
  @Header('cache-control', 'no-store')
  @Operation('sync-log.prove', 'Proof that the newest checkpoint covers an entry (C2SP tlog-proof)')
  @ApiParam({ name: 'index', type: Number })
  @ApiProduces(TEXT)
  @ApiOkResponse({ type: String })
  async prove(@Caller() caller: Principal, @Param('index') index: string): Promise<string> {
    const found = await this.numbered(caller, index);
    const proof = await proveEntry(this.log.tx, found.index, publishedChain(this.logKeys()));
    if (proof === undefined) throw notSealed();
    return proof;
  }

  @Get('export')
  @Roles('auditor')
  @Operation(
    'sync-log.export',
    'All entries that meet the conditions, oldest first, as lines; the export is an entry too',
  )
  @ApiProduces(...Object.values(MEDIA_TYPES))
  @ApiOkResponse({ type: String })
  async export(
    @Query() query: SyncLogExportQuery,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { lines, size } = await this.exports.lines(query, this.by(request));
    // So that whoever reads can tell how far it is: the export ends before this leaf.
    void reply.headers({ 'lienthong-log-size': String(size), 'cache-control': 'no-store' });
    return new StreamableFile(lines, {
      type: MEDIA_TYPES[query.format],
      disposition: `attachment; filename="sync-log.${query.format}"`,
    });
  }

  @Get('evidence')
  @Roles('auditor')
  @Operation('sync-log.evidence', 'All entries about a dossier with proofs under one checkpoint, to be checked offline')
  @ApiOkResponse({ type: EvidenceFile })
  async evidence(
    @Query() query: EvidenceQuery,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const pieces = await this.exports.evidence(query, this.by(request));
    void reply.header('cache-control', 'no-store');
    return new StreamableFile(pieces, {
      type: 'application/json; charset=utf-8',
      disposition: 'attachment; filename="evidence.json"',
    });
  }

  private by(request: AuthenticatedRequest): ExportCaller {
    return { actor: actorOf(request, this.addressDigest), units: callerOf(request).units };
  }

  private async numbered({ units }: Principal, index: string): Promise<FoundEntry & { isSealed: boolean }> {
    const found = INDEX.test(index) ? await readNumbered(this.log, Number(index)) : undefined;
    const isSeen = units === null || units.includes(found?.entry?.unit ?? '');
    // Another commune's entry is as unknown as none.
    if (found !== undefined && isSeen) return found;
    throw new AppError({
      code: 'entry-unknown',
      disposition: 'refuse',
      status: 404,
      field: 'index',
      detail: 'no entry of the sync log has this number',
    });
  }
}

function notSealed(): AppError {
  return new AppError({
    code: 'entry-not-sealed',
    disposition: 'retry',
    status: 409,
    detail: 'no signed checkpoint covers it yet; ask again in a few seconds',
  });
}
