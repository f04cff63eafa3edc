import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { receiveDecision, receiveDossier, type DecisionBody, type DecisionRequest, type ReceiptDeps } from '#intake';
import { callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { DossierCodePipe } from '../http/dossier-code';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { DecisionInput } from '../schema/decision';
import { NewDossierInput } from '../schema/new-dossier';
import { ReceiptView } from '../schema/receipt';
import { ADDRESS_DIGEST, INTAKE } from '../tokens';
import { filedDossier } from '../use-cases/filed-dossier';
import { present } from '../use-cases/present';

@ApiTags('dossiers')
@Controller('api/v1/dossiers')
export class IntakeController {
  constructor(
    @Inject(INTAKE) private readonly intake: ReceiptDeps,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post()
  @HttpCode(202)
  @Roles('integrator')
  @Operation('dossier.file', 'A dossier, or its supplement, from a one-stop that polls DVCLT itself')
  @NeedsIdempotencyKey()
  @ApiAcceptedResponse({ type: ReceiptView })
  async file(
    @IdempotencyKey() idempotencyKey: string,
    @Body() input: NewDossierInput,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReceiptView> {
    return receiveDossier(
      {
        caller: this.originOf(request),
        idempotencyKey,
        body: request.body,
        dossier: filedDossier(input),
        oneStopCode: input.oneStopCode,
      },
      this.intake,
    );
  }

  @Post(':code/decisions')
  @HttpCode(202)
  @Roles('integrator')
  @Operation('dossier.decide', 'An officer’s decision on a dossier')
  @NeedsIdempotencyKey()
  @ApiParam({ name: 'code', type: String })
  @ApiAcceptedResponse({ type: ReceiptView })
  async decide(
    @IdempotencyKey() idempotencyKey: string,
    @Param('code', DossierCodePipe) code: string,
    @Body() input: DecisionInput,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReceiptView> {
    return receiveDecision(
      { caller: this.originOf(request), idempotencyKey, code, body: withoutNulls(input), asSent: request.body },
      this.intake,
    );
  }

  private originOf(request: AuthenticatedRequest): DecisionRequest['caller'] {
    const { clientId, units } = callerOf(request);
    return { clientId, units, addressDigest: this.addressDigest(request.ip) };
  }
}

function withoutNulls(input: DecisionInput): DecisionBody {
  const officer = input.officer && present(input.officer);
  return { ...present(input), ...(officer ? { officer } : {}) };
}
