import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import { AppError, Database } from '#platform';
import { findReceipt, findReceiptLeaf, proveEntry, publishedChain, type LogKeys, type Receipt } from '#synclog';
import { readDossier } from '../reads/dossiers';
import { Caller, Operation, Roles } from '../http/access';
import { IdPipe } from '../http/id-pipe';
import { ReceiptView } from '../schema/receipt';
import { LOG_KEYS } from '../tokens';

const TEXT = 'text/plain; charset=utf-8';

@ApiTags('receipts')
@Controller('api/v1/receipts')
export class ReceiptsController {
  constructor(
    private readonly db: Database,
    @Inject(LOG_KEYS) private readonly logKeys: LogKeys,
  ) {}

  @Get(':id')
  @Roles('integrator', 'operator', 'approver', 'auditor')
  @Operation('receipt.show', 'A signed receipt; an integrator sees its own')
  @ApiOkResponse({ type: ReceiptView })
  show(@Caller() caller: Principal, @Param('id', new IdPipe('receipt-unknown')) id: string): Promise<ReceiptView> {
    return this.receiptFor(caller, id);
  }

  @Get(':id/proof')
  @Roles('integrator', 'operator', 'approver', 'auditor')
  @Header('content-type', TEXT)
  @Header('cache-control', 'no-store')
  @Operation('receipt.prove', 'Proof that the sealed log holds what a receipt speaks of (C2SP tlog-proof)')
  @ApiProduces(TEXT)
  @ApiOkResponse({ type: String })
  async prove(@Caller() caller: Principal, @Param('id', new IdPipe('receipt-unknown')) id: string): Promise<string> {
    const receipt = await this.receiptFor(caller, id);
    const leaf = await findReceiptLeaf(this.db, receipt);
    const proof = leaf === undefined ? undefined : await proveEntry(this.db, leaf, publishedChain(this.logKeys()));
    if (proof === undefined)
      throw new AppError({
        code: 'receipt-not-sealed',
        disposition: 'retry',
        status: 409,
        detail: 'no signed checkpoint covers it yet; ask again in a few seconds',
      });
    return proof;
  }

  private async receiptFor(caller: Principal, id: string): Promise<Receipt> {
    const receipt = await findReceipt(this.db, id);
    if (!receipt || !(await this.maySee(caller, receipt)))
      throw new AppError({
        code: 'receipt-unknown',
        disposition: 'refuse',
        status: 404,
        detail: 'no receipt with this id',
      });
    return receipt;
  }

  /** Its own; or, for who reads others' too, what is of its communes. */
  private async maySee({ clientId, roles, units }: Principal, receipt: Receipt): Promise<boolean> {
    if (receipt.clientId === clientId) return true;
    if (roles.every((role) => role === 'integrator')) return false;
    if (units === null) return true;
    return receipt.dossierId !== null && (await readDossier(this.db, receipt.dossierId, units)) !== undefined;
  }
}
