import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { Authenticate, findClient, LogIn, ManageClients, tokenVerifier } from '#access';
import { Database, Doorbell } from '#platform';
import { accessJournals } from './access-journal';
import { ClientsController } from './controllers/clients.controller';
import { DeadLetterGroupsController } from './controllers/dead-letter-groups.controller';
import { DeliveriesController } from './controllers/deliveries.controller';
import { DossiersController } from './controllers/dossiers.controller';
import { FeedController } from './controllers/feed.controller';
import { FilesController } from './controllers/files.controller';
import { GiveUpController } from './controllers/give-up.controller';
import { HealthController } from './controllers/health.controller';
import { HoldsController } from './controllers/holds.controller';
import { IntakeController } from './controllers/intake.controller';
import { OpenApiController } from './controllers/openapi.controller';
import { PartnersController } from './controllers/partners.controller';
import { ProgressController } from './controllers/progress.controller';
import { QuarantineGroupsController } from './controllers/quarantine-groups.controller';
import { QuarantineController } from './controllers/quarantine.controller';
import { ReceiptsController } from './controllers/receipts.controller';
import { ReplaysController } from './controllers/replays.controller';
import { SyncLogController } from './controllers/sync-log.controller';
import { TlogController } from './controllers/tlog.controller';
import { TokenController } from './controllers/token.controller';
import { WatchesController } from './controllers/watches.controller';
import { createAddressDigest } from './http/address-digest';
import { AccessGuard } from './http/access-guard';
import { FeedWaiters } from './http/feed-waiters';
import { ProblemFilter } from './http/problem-filter';
import type { GatewayParts } from './parts';
import * as tokens from './tokens';
import { CheckReadiness } from './use-cases/check-readiness';
import { ExportSyncLog } from './use-cases/export-sync-log';
import { RecordReaders } from './use-cases/record-readers';
import { FetchFile } from './use-cases/fetch-file';
import { HoldDesk } from './use-cases/hold-desk';
import { MeasureWitnesses } from './use-cases/measure-witnesses';
import { MeasureWork } from './use-cases/measure-work';
import { OperatorsDesk } from './use-cases/operators-desk';
import { ReplayDesk } from './use-cases/replay-desk';

const CONTROLLERS = [
  TokenController,
  DossiersController,
  IntakeController,
  FeedController,
  ReceiptsController,
  DeadLetterGroupsController,
  DeliveriesController,
  QuarantineGroupsController,
  GiveUpController,
  QuarantineController,
  PartnersController,
  HoldsController,
  ReplaysController,
  WatchesController,
  ProgressController,
  SyncLogController,
  TlogController,
  ClientsController,
  FilesController,
  HealthController,
  OpenApiController,
];

@Module({})
export class GatewayModule {
  static of(parts: GatewayParts): DynamicModule {
    return {
      module: GatewayModule,
      imports: [DiscoveryModule],
      controllers: CONTROLLERS,
      providers: [
        ...valuesOf(parts),
        ...accessOf(parts),
        FeedWaiters,
        CheckReadiness,
        { provide: FetchFile, useValue: new FetchFile({ ...parts, tokens: parts.fileTokens }) },
        { provide: ExportSyncLog, useValue: new ExportSyncLog(parts) },
        {
          provide: RecordReaders,
          useFactory: (digest: (address: string) => string) => new RecordReaders(parts, digest),
          inject: [tokens.ADDRESS_DIGEST],
        },
        { provide: OperatorsDesk, useValue: new OperatorsDesk(parts) },
        { provide: HoldDesk, useValue: new HoldDesk(parts) },
        { provide: ReplayDesk, useValue: new ReplayDesk(parts) },
        MeasureWork,
        MeasureWitnesses,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}

function valuesOf(parts: GatewayParts): Provider[] {
  const addressKey = parts.masterKeys.derive('lienthong/address-digest/1');
  const addressDigest = createAddressDigest(addressKey);
  return [
    { provide: Database, useValue: parts.db },
    { provide: Doorbell, useValue: parts.doorbell },
    { provide: tokens.BUS, useValue: parts.bus },
    { provide: tokens.CLOCK, useValue: parts.clock },
    { provide: tokens.LOG, useValue: parts.log },
    { provide: tokens.METRICS, useValue: parts.metrics },
    { provide: tokens.SIGNING_KEYS, useValue: parts.signingKeys },
    { provide: tokens.LOG_VERIFIER_KEY, useValue: parts.logVerifierKey },
    { provide: tokens.WITNESSES, useValue: parts.witnesses },
    { provide: tokens.ADDRESS_DIGEST, useValue: addressDigest },
    { provide: tokens.CAUSES, useValue: parts.causes },
    { provide: tokens.QUARANTINE_CAUSES, useValue: parts.quarantineCauses },
    { provide: tokens.INTAKE, useValue: parts },
    { provide: tokens.OPENAPI, useValue: { document: null } },
  ];
}

function accessOf(parts: GatewayParts): Provider[] {
  const { db, clock, settings, signingKeys: keys } = parts;
  const journals = accessJournals(parts.syncLog);
  const secretSeed = parts.masterKeys.derive('lienthong/client-secrets/1');
  return [
    {
      provide: LogIn,
      useValue: new LogIn({
        db,
        clock,
        keys,
        journal: journals.logIns,
        issuer: settings.publicUrl,
        maxFailures: settings.maxFailedLogIns,
      }),
    },
    {
      provide: Authenticate,
      useValue: new Authenticate({
        clock,
        clients: { find: (id) => findClient(db, id) },
        verify: tokenVerifier(settings.publicUrl, keys, clock),
      }),
    },
    { provide: ManageClients, useValue: new ManageClients({ db, clock, journal: journals.accounts, secretSeed }) },
  ];
}
