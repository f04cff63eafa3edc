import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, DiscoveryModule } from '@nestjs/core';
import {
  Authenticate,
  findClient,
  findClientOfCertificate,
  LogIn,
  ManageCertificates,
  ManageSecrets,
  markCertificateUsed,
  RequestQuota,
  tokenVerifier,
} from '#access';
import { Database, Doorbell, measureCertificates } from '#platform';
import { credentialJournal, logInJournal } from './access-journal';
import { ClientCertificatesController } from './controllers/client-certificates.controller';
import { ClientQuotaController } from './controllers/client-quota.controller';
import { ClientSecretsController } from './controllers/client-secrets.controller';
import { AccessChangesController } from './controllers/access-changes.controller';
import { AccountsController } from './controllers/accounts.controller';
import { ClientsController } from './controllers/clients.controller';
import { ContentController } from './controllers/content.controller';
import { DeadLetterGroupsController } from './controllers/dead-letter-groups.controller';
import { DeliveriesController } from './controllers/deliveries.controller';
import { DiscrepanciesController } from './controllers/discrepancies.controller';
import { DossiersController } from './controllers/dossiers.controller';
import { FeedController } from './controllers/feed.controller';
import { FilesController } from './controllers/files.controller';
import { GiveUpController } from './controllers/give-up.controller';
import { HealthController } from './controllers/health.controller';
import { HoldsController } from './controllers/holds.controller';
import { IntakeController } from './controllers/intake.controller';
import { OidcController } from './controllers/oidc.controller';
import { LegalHoldsController } from './controllers/legal-holds.controller';
import { OpenApiController } from './controllers/openapi.controller';
import { PartnersController } from './controllers/partners.controller';
import { PersonsController } from './controllers/persons.controller';
import { ProgressController } from './controllers/progress.controller';
import { QuarantineGroupsController } from './controllers/quarantine-groups.controller';
import { QuarantineController } from './controllers/quarantine.controller';
import { ReceiptsController } from './controllers/receipts.controller';
import { ReconciliationsController } from './controllers/reconciliations.controller';
import { ReplaysController } from './controllers/replays.controller';
import { SessionStepsController } from './controllers/session-steps.controller';
import { SessionController } from './controllers/session.controller';
import { SyncLogController } from './controllers/sync-log.controller';
import { TlogController } from './controllers/tlog.controller';
import { TokenController } from './controllers/token.controller';
import { WatchesController } from './controllers/watches.controller';
import { WebhooksController } from './controllers/webhooks.controller';
import { createAddressDigest } from './http/address-digest';
import { AccessGate } from './http/access-gate';
import { AccessGuard } from './http/access-guard';
import { FeedWaiters } from './http/feed-waiters';
import { ProblemFilter } from './http/problem-filter';
import type { GatewayParts } from './parts';
import { peopleOf } from './people-parts';
import * as tokens from './tokens';
import { CheckReadiness } from './use-cases/check-readiness';
import { ExportSyncLog } from './use-cases/export-sync-log';
import { RecordReaders } from './use-cases/record-readers';
import { FetchFile } from './use-cases/fetch-file';
import { HoldDesk } from './use-cases/hold-desk';
import { MeasureReconciliations } from './use-cases/measure-reconciliations';
import { MeasureVault } from './use-cases/measure-vault';
import { MeasureWitnesses } from './use-cases/measure-witnesses';
import { MeasureWork } from './use-cases/measure-work';
import { OperatorsDesk } from './use-cases/operators-desk';
import { ReconciliationDesk } from './use-cases/reconciliation-desk';
import { ReplayDesk } from './use-cases/replay-desk';
import { WebhookDesk } from './use-cases/webhook-desk';

const CONTROLLERS = [
  TokenController,
  DossiersController,
  ContentController,
  PersonsController,
  LegalHoldsController,
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
  ReconciliationsController,
  DiscrepanciesController,
  WebhooksController,
  ProgressController,
  SyncLogController,
  TlogController,
  ClientsController,
  SessionController,
  SessionStepsController,
  OidcController,
  AccountsController,
  AccessChangesController,
  ClientSecretsController,
  ClientCertificatesController,
  ClientQuotaController,
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
        ...peopleOf(parts),
        AccessGate,
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
        { provide: ReconciliationDesk, useValue: new ReconciliationDesk(parts) },
        { provide: WebhookDesk, useValue: new WebhookDesk(parts) },
        MeasureWork,
        MeasureReconciliations,
        MeasureWitnesses,
        MeasureVault,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}

function valuesOf(parts: GatewayParts): Provider[] {
  measureCertificates(parts.metrics, parts.tls === null ? [] : [parts.tls]);
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
    { provide: tokens.LOG_KEYS, useValue: parts.logKeys },
    { provide: tokens.LOG_SOURCE, useValue: parts.logSource },
    { provide: tokens.MASTER_KEYS, useValue: parts.masterKeys },
    { provide: tokens.WITNESSES, useValue: parts.witnesses },
    { provide: tokens.ADDRESS_DIGEST, useValue: addressDigest },
    { provide: tokens.CAUSES, useValue: parts.causes },
    { provide: tokens.QUARANTINE_CAUSES, useValue: parts.quarantineCauses },
    { provide: tokens.INTAKE, useValue: parts },
    { provide: tokens.PRIVACY, useValue: parts },
    { provide: tokens.OPENAPI, useValue: { document: null } },
  ];
}

function accessOf(parts: GatewayParts): Provider[] {
  const { db, clock, settings, signingKeys: keys } = parts;
  const quota = new RequestQuota({ db, clock });
  const credentials = { db, clock, ids: parts.ids, journal: credentialJournal(parts.syncLog) };
  const secretSeed = parts.masterKeys.derive('lienthong/client-secrets/1');
  return [
    {
      provide: LogIn,
      useValue: new LogIn({
        db,
        clock,
        keys,
        journal: logInJournal(parts.syncLog),
        quota,
        issuer: settings.publicUrl,
        maxFailures: settings.maxFailedLogIns,
      }),
    },
    {
      provide: Authenticate,
      useValue: new Authenticate({
        clock,
        quota,
        clients: {
          find: (id) => findClient(db, id),
          findByCertificate: (certificate) => findClientOfCertificate(db, certificate),
          markCertificateUsed: (id, day) => markCertificateUsed(db, id, day),
        },
        verify: tokenVerifier(settings.publicUrl, keys, clock),
      }),
    },
    { provide: tokens.CREDENTIAL_JOURNAL, useValue: credentials.journal },
    {
      provide: ManageSecrets,
      useValue: new ManageSecrets({
        ...credentials,
        secretSeed,
        overlap: {
          defaultSeconds: Math.min(settings.secretOverlapHours, settings.secretOverlapMaxHours) * 3_600,
          maxSeconds: settings.secretOverlapMaxHours * 3_600,
        },
      }),
    },
    { provide: ManageCertificates, useValue: new ManageCertificates(credentials) },
  ];
}
