import { Controller, Get, Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { ROLES, type Role } from '#access';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';
import { Operation, Public, Roles } from './http/access';
import { refuseUndeclaredRoutes, routeTable } from './http/route-table';

const READERS: Role[] = ['operator', 'approver', 'auditor'];

/** Who may use what, by CONTRACTS §2. Written down a second time on purpose: a change of a decorator must meet this list. */
const MATRIX: Record<string, readonly Role[] | 'public'> = {
  'POST /oauth/token': 'public',
  'POST /api/v1/session': 'public',
  'GET /api/v1/session/oidc': 'public',
  'GET /api/v1/session/oidc/callback': 'public',
  'GET /api/v1/session': ROLES,
  'DELETE /api/v1/session': ROLES,
  'POST /api/v1/session/password': ROLES,
  'POST /api/v1/session/totp': ROLES,
  'POST /api/v1/session/totp/confirm': ROLES,
  'GET /api/v1/accounts': ['administrator', 'auditor'],
  'POST /api/v1/accounts': ['administrator'],
  'POST /api/v1/accounts/:id/review': ['administrator'],
  'GET /api/v1/access-changes': ['administrator', 'auditor'],
  'POST /api/v1/access-changes': ['administrator'],
  'GET /api/v1/access-changes/:id': ['administrator', 'auditor'],
  'POST /api/v1/access-changes/:id/confirm': ['administrator'],
  'POST /api/v1/access-changes/:id/decline': ['administrator'],
  'GET /.well-known/jwks.json': 'public',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'GET /metrics': 'public',
  'GET /api/openapi.json': 'public',
  'GET /files/:token': 'public',
  'GET /api/v1/dossiers': ['integrator', ...READERS, 'manager'],
  'POST /api/v1/dossiers': ['integrator'],
  'GET /api/v1/dossiers/:code': ['integrator', ...READERS],
  'GET /api/v1/dossiers/:code/timeline': ['integrator', ...READERS],
  'POST /api/v1/dossiers/:code/decisions': ['integrator'],
  'GET /api/v1/purposes': READERS,
  'GET /api/v1/dossiers/:code/content': READERS,
  'POST /api/v1/dossiers/:code/reveals': READERS,
  'POST /api/v1/dossiers/:code/file-reveals': READERS,
  'POST /api/v1/dossiers/:code/legal-holds': ['operator', 'auditor'],
  'GET /api/v1/legal-holds': READERS,
  'POST /api/v1/legal-holds/:id/lift': ['operator', 'auditor'],
  'POST /api/v1/legal-holds/:id/approve-lift': ['approver'],
  'POST /api/v1/persons/search': READERS,
  'POST /api/v1/persons/requests': ['operator'],
  'GET /api/v1/persons/requests': READERS,
  'GET /api/v1/persons/requests/:id': READERS,
  'POST /api/v1/persons/requests/:id/approve': ['approver'],
  'POST /api/v1/persons/requests/:id/withdraw': ['operator'],
  'POST /api/v1/persons/requests/:id/take': ['operator'],
  'GET /api/v1/feed': ['integrator', ...READERS],
  'GET /api/v1/receipts/:id': ['integrator', ...READERS],
  'GET /api/v1/receipts/:id/proof': ['integrator', ...READERS],
  'GET /api/v1/deliveries': [...READERS, 'manager'],
  'GET /api/v1/deliveries/:id': READERS,
  'POST /api/v1/deliveries/:id/classification': ['operator'],
  'GET /api/v1/dead-letters': [...READERS, 'manager'],
  'GET /api/v1/dead-letters/groups': [...READERS, 'manager'],
  'GET /api/v1/quarantine': [...READERS, 'manager'],
  'GET /api/v1/quarantine/:id': READERS,
  'POST /api/v1/quarantine/:id/rerun': ['operator'],
  'GET /api/v1/quarantine/groups': [...READERS, 'manager'],
  'POST /api/v1/quarantine/rerun': ['operator'],
  'POST /api/v1/quarantine/give-up': ['operator'],
  'GET /api/v1/quarantine/requests': READERS,
  'GET /api/v1/quarantine/requests/:id': READERS,
  'POST /api/v1/quarantine/requests/:id/approve': ['approver'],
  'POST /api/v1/quarantine/requests/:id/withdraw': ['operator'],
  'GET /api/v1/partners': [...READERS, 'manager'],
  'POST /api/v1/partners/:id/holds': ['operator'],
  'GET /api/v1/partners/:id/holds': [...READERS, 'manager'],
  'GET /api/v1/holds/:id': [...READERS, 'manager'],
  'POST /api/v1/holds/:id/release': ['operator'],
  'POST /api/v1/replays': ['operator'],
  'POST /api/v1/watches': ['operator'],
  'GET /api/v1/watches': [...READERS, 'manager'],
  'POST /api/v1/watches/:id/end': ['operator'],
  'POST /api/v1/registration-links': ['operator'],
  'GET /api/v1/replays': [...READERS, 'manager'],
  'GET /api/v1/replays/:id': [...READERS, 'manager'],
  'GET /api/v1/replays/:id/items': READERS,
  'POST /api/v1/replays/:id/dry-run': ['operator'],
  'POST /api/v1/replays/:id/approve': ['approver'],
  'POST /api/v1/replays/:id/start': ['operator'],
  'POST /api/v1/replays/:id/pause': ['operator'],
  'POST /api/v1/replays/:id/resume': ['operator'],
  'POST /api/v1/replays/:id/cancel': ['operator'],
  'POST /api/v1/reconciliations': ['operator'],
  'GET /api/v1/reconciliations': [...READERS, 'manager'],
  'GET /api/v1/reconciliations/:id': [...READERS, 'manager'],
  'POST /api/v1/reconciliations/:id/stop': ['operator'],
  'POST /api/v1/reconciliations/:id/replay': ['operator'],
  'GET /api/v1/discrepancies': [...READERS, 'manager'],
  'GET /api/v1/webhooks': [...READERS, 'manager', 'administrator'],
  'POST /api/v1/webhooks/:id/stop': ['operator'],
  'POST /api/v1/webhooks/:id/resume': ['operator'],
  'POST /api/v1/webhooks/:id/skip': ['operator'],
  'GET /api/v1/progress': ['manager', 'operator', 'approver', 'auditor'],
  'GET /api/v1/sync-log/entries': ['auditor'],
  'GET /api/v1/sync-log/entries/:index': ['auditor'],
  'GET /api/v1/sync-log/entries/:index/proof': ['auditor'],
  'GET /api/v1/sync-log/export': ['auditor'],
  'GET /api/v1/sync-log/evidence': ['auditor'],
  'GET /synclog/checkpoint': ['auditor'],
  'GET /synclog/checkpoint.witnessed': ['auditor'],
  'GET /synclog/key': ['auditor'],
  'GET /synclog/keys': ['auditor'],
  'GET /synclog/tile/*': ['auditor'],
  'GET /api/v1/clients': ['administrator', 'auditor'],
  'POST /api/v1/clients': ['administrator'],
  'POST /api/v1/clients/:id/disable': ['administrator'],
  'GET /api/v1/clients/:id/secrets': ['administrator', 'auditor'],
  'POST /api/v1/clients/:id/secrets': ['administrator'],
  'POST /api/v1/clients/:id/secrets/:secretId/end': ['administrator'],
  'GET /api/v1/clients/:id/certificates': ['administrator', 'auditor'],
  'POST /api/v1/clients/:id/certificates': ['administrator'],
  'POST /api/v1/clients/:id/certificates/:certificateId/end': ['administrator'],
  'POST /api/v1/clients/:id/quota': ['administrator'],
};

describe('routes and roles', () => {
  let gateway: TestGateway;
  beforeAll(async () => void (gateway = await testGateway()), 60_000);
  afterAll(() => gateway.stop());

  it('serves exactly the routes of the matrix', () => {
    expect(gateway.routes.map((route) => `${route.method} ${route.path}`).sort()).toEqual(Object.keys(MATRIX).sort());
  });

  it('has one operation id per route', () => {
    const operations = gateway.routes.map((route) => route.operation);
    expect(new Set(operations).size).toBe(operations.length);
  });

  it.each(Object.entries(MATRIX))('%s opens to nobody but %j', async (route, allowed) => {
    const [method, path] = route.split(' ') as ['GET' | 'POST', string];
    const url = path
      .replace(':id', '00000000-0000-7000-8000-000000000000')
      .replace(':code', 'G22.99.08-260302-000000')
      .replace(':token', 'a'.repeat(43));
    const statusFor = async (headers: Record<string, string>): Promise<number> =>
      (await gateway.app.inject({ method, url, headers })).statusCode;
    const statuses = await Promise.all(
      ROLES.map(
        async (role) => [role, await statusFor({ authorization: `Bearer ${await gateway.token(role)}` })] as const,
      ),
    );
    const withoutToken = await statusFor({});
    if (allowed === 'public') {
      if (url !== '/oauth/token') expect(withoutToken).not.toBe(401);
      expect(statuses.map(([, status]) => status)).not.toContain(403);
      return;
    }
    expect(withoutToken).toBe(401);
    for (const [role, status] of statuses) {
      if (allowed.includes(role)) expect([200, 400, 404]).toContain(status);
      else expect([role, status]).toEqual([role, 403]);
    }
  });

  it('gives a client with several roles what any of them may do, and no more', async () => {
    await gateway.addClient({ id: 'two-roles', roles: ['manager', 'administrator'] });
    const headers = { authorization: `Bearer ${await gateway.token('two-roles')}` };
    expect((await gateway.app.inject({ url: '/api/v1/progress', headers })).statusCode).toBe(200);
    expect((await gateway.app.inject({ url: '/api/v1/clients', headers })).statusCode).toBe(200);
    expect((await gateway.app.inject({ url: '/api/v1/sync-log/entries', headers })).statusCode).toBe(403);
  });

  it('refuses a caller that HEAD would let past GET', async () => {
    expect((await gateway.app.inject({ method: 'HEAD', url: '/api/v1/clients' })).statusCode).toBe(401);
  });
});

describe('the guard at the start', () => {
  @Controller('x')
  class Forgetful {
    @Get('declared')
    @Public()
    @Operation('x.declared', 'declared')
    declared(): void {}

    @Get('open')
    @Operation('x.open', 'open')
    open(): void {}

    @Get('nameless')
    @Roles('operator')
    nameless(): void {}
  }

  it('does not start with a route that declares no roles or no operation', async () => {
    @Module({ imports: [DiscoveryModule], controllers: [Forgetful] })
    class AppModule {}
    const app = await Test.createTestingModule({ imports: [AppModule] }).compile();
    expect(() => routeTable(app.get(DiscoveryService))).toThrow('GET /x/open, GET /x/nameless');
    await app.close();
  });

  it('does not start with a route that came past the controllers', () => {
    expect(() => refuseUndeclaredRoutes([{ method: 'GET', path: '/debug' }], [])).toThrow('GET /debug');
  });
});
