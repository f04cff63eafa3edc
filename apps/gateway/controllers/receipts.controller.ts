import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import { AppError, Database } from '#platform';
import { findReceipt } from '#synclog';
import { Caller, Operation, Roles } from '../http/access';
import { IdPipe } from '../http/id-pipe';
import { ReceiptView } from '../schema/receipt';

@ApiTags('receipts')
@Controller('api/v1/receipts')
export class ReceiptsController {
  constructor(private readonly db: Database) {}

  @Get(':id')
  @Roles('integrator', 'operator', 'approver', 'auditor')
  @Operation('receipt.show', 'A signed receipt; an integrator sees its own')
  @ApiOkResponse({ type: ReceiptView })
  async show(
    @Caller() caller: Principal,
    @Param('id', new IdPipe('receipt-unknown')) id: string,
  ): Promise<ReceiptView> {
    const receipt = await findReceipt(this.db, id);
    const isOthers = receipt?.clientId !== caller.clientId && caller.roles.every((role) => role === 'integrator');
    if (!receipt || isOthers)
      throw new AppError({
        code: 'receipt-unknown',
        disposition: 'refuse',
        status: 404,
        detail: 'no receipt with this id',
      });
    return receipt;
  }
}
