import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Principal } from '#access';
import { findDossierId, PARTNER_IDS } from '#dossier';
import { AppError, Database } from '#platform';
import { Caller, Operation, Roles } from '../http/access';
import { dossierUnknown } from '../http/dossier-code';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { IdPipe } from '../http/id-pipe';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import { readAttempts } from '../reads/attempts';
import { deliveryView, readDelivery, readDeliveryList } from '../reads/deliveries';
import { ClassificationAnswer, NewClassification } from '../schema/classification';
import { DELIVERY_STATUSES, DeliveryDetail, DeliveryPage, type DeliveryView } from '../schema/delivery';
import { OperatorsDesk } from '../use-cases/operators-desk';

export class DeadLetterQuery extends PageQuery {
  @ApiPropertyOptional({ enum: PARTNER_IDS })
  @IsOptional()
  @IsIn(PARTNER_IDS)
  partner?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @Matches(/^[a-z-]{1,64}$/)
  operation?: string;

  @ApiPropertyOptional({ description: 'Five-digit commune.' })
  @IsOptional()
  @Matches(/^\d{5}$/)
  unit?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @Matches(/^[\w.-]{1,100}$/)
  reasonCode?: string;

  @ApiPropertyOptional({ description: 'Any code of a dossier.' })
  @IsOptional()
  @Matches(/^[\p{L}\p{N} ._/:-]{1,100}$/u)
  dossier?: string;
}

export class DeliveryQuery extends DeadLetterQuery {
  @ApiPropertyOptional({ enum: DELIVERY_STATUSES })
  @IsOptional()
  @IsIn(DELIVERY_STATUSES)
  status?: string;
}

@ApiTags('deliveries')
@Controller('api/v1')
export class DeliveriesController {
  constructor(
    private readonly db: Database,
    private readonly desk: OperatorsDesk,
  ) {}

  @Get('deliveries')
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('delivery.list', 'Deliveries, newest first')
  @ApiOkResponse({ type: DeliveryPage })
  list(@Caller() caller: Principal, @Query() query: DeliveryQuery): Promise<Page<DeliveryView>> {
    return this.page(caller, query, query.status ? [query.status] : null);
  }

  @Get('dead-letters')
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('dead-letter.list', 'Deliveries whose automatic handling ended, newest first')
  @ApiOkResponse({ type: DeliveryPage })
  deadLetters(@Caller() caller: Principal, @Query() query: DeadLetterQuery): Promise<Page<DeliveryView>> {
    return this.page(caller, query, ['dead']);
  }

  @Get('deliveries/:id')
  @Roles('operator', 'approver', 'auditor')
  @Operation('delivery.show', 'One delivery with its attempts')
  @ApiOkResponse({ type: DeliveryDetail })
  async show(
    @Caller() caller: Principal,
    @Param('id', new IdPipe('delivery-unknown')) id: string,
  ): Promise<DeliveryDetail> {
    const row = await readDelivery(this.db, id, caller.units);
    if (!row)
      throw new AppError({
        code: 'delivery-unknown',
        disposition: 'refuse',
        status: 404,
        detail: 'no delivery with this id',
      });
    const evidence = await this.desk.evidence(caller, row);
    return { ...deliveryView(row), attemptList: await readAttempts(this.db, id), evidence };
  }

  @Post('deliveries/:id/classification')
  @HttpCode(200)
  @Roles('operator')
  @Operation('delivery.classify', 'What an unknown delivery came to, by a person’s word')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ClassificationAnswer })
  classify(
    @Caller() caller: Principal,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', new IdPipe('delivery-unknown')) deliveryId: string,
    @Body() { outcome, scope, reason }: NewClassification,
  ): Promise<ClassificationAnswer> {
    return this.desk.classify(caller, idempotencyKey, {
      deliveryId,
      outcome,
      scope,
      ...(reason === undefined ? {} : { reason }),
    });
  }

  private async page(
    caller: Principal,
    query: DeadLetterQuery,
    statuses: readonly string[] | null,
  ): Promise<Page<DeliveryView>> {
    const dossierId = query.dossier ? await findDossierId(this.db, query.dossier) : null;
    if (query.dossier && !dossierId) throw dossierUnknown();
    const rows = await readDeliveryList(this.db, {
      partner: query.partner ?? null,
      statuses,
      operation: query.operation ?? null,
      unit: query.unit ?? null,
      reasonCode: query.reasonCode ?? null,
      dossierId,
      units: caller.units,
      after: idCursor(query.after),
      limit: query.limit + 1,
    });
    return pageOf(rows, query.limit, deliveryView, (row) => row.id);
  }
}
