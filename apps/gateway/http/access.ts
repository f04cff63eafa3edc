import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Principal, Role, SessionFacts } from '#access';
import type { SyncLogActor } from '#synclog';

export const ROLES_KEY = 'lienthong:roles';
export const OPERATION_KEY = 'lienthong:operation';

/** What a route declares about who may use it. */
export type RouteAccess = readonly Role[] | 'public';

/** Who may use a route; none implies another (CONTRACTS §2). A route without this or `@Public` stops the start (route-table.ts). */
export const Roles = (...roles: [Role, ...Role[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(ROLES_KEY, roles), ApiBearerAuth(), ApiCookieAuth());

/** A route that needs no token: log-in, keys, health, and links that carry their own token. */
export const Public = (): MethodDecorator => SetMetadata(ROLES_KEY, 'public');

/** Id of the operation in OpenAPI, in allow-lists of clients and in docs, e.g. `dossier.list`, with a sentence. */
export const Operation = (id: string, summary: string): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(OPERATION_KEY, id), ApiOperation({ operationId: id, summary }));

/** What the guard leaves on a request. */
export interface AuthenticatedRequest extends FastifyRequest {
  principal?: Principal;
  /** Where a person asks by a session. */
  session?: { token: string; facts: SessionFacts };
}

/** The principal of a request; only on routes with `@Roles`. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal =>
  callerOf(context.switchToHttp().getRequest<AuthenticatedRequest>()),
);

/** The same, for who has the request in hand. */
export function callerOf({ principal }: AuthenticatedRequest): Principal {
  if (!principal) throw new Error('a public route has no caller');
  return principal;
}

/** Who did it, as the sync log writes it down. */
export function actorOf(request: AuthenticatedRequest, addressDigest: (address: string) => string): SyncLogActor {
  const { clientId, kind } = callerOf(request);
  return { id: clientId, type: kind, addressDigest: addressDigest(request.ip) };
}
