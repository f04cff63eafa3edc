import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppError } from '#platform';
import { OPERATION_KEY, ROLES_KEY, type AuthenticatedRequest, type RouteAccess } from './access';
import { AccessGate } from './access-gate';

/** Lets a request through when the account of its token or session has one of the route's roles. What declares nothing is closed. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly gate: AccessGate,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // Subscribers of the bus run in this process too; their records come from the broker, not from a client.
    if (context.getType() !== 'http') return true;
    const access = this.reflector.get<RouteAccess | undefined>(ROLES_KEY, context.getHandler());
    const operation = this.reflector.get<string | undefined>(OPERATION_KEY, context.getHandler());
    if (access === undefined || operation === undefined)
      throw new AppError({ code: 'route-undeclared', disposition: 'bug' });
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    request.principal = await this.gate.enter(request, operation);
    if (request.principal.roles.some((role) => access.includes(role))) return true;
    throw new AppError({
      code: 'role-not-allowed',
      disposition: 'refuse',
      status: 403,
      detail: 'none of the client’s roles may do this',
    });
  }
}
