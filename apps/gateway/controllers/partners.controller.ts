import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Database, type Clock } from '#platform';
import { readReconciliationMeasures } from '#reconciliation';
import { Operation, Roles } from '../http/access';
import { readPartners } from '../reads/partners';
import { PartnerPage, type PartnerReconciliation } from '../schema/partner';
import { CLOCK } from '../tokens';

const NEVER_COMPARED = { finishedAgeSeconds: null, skipped: 0, open: 0 };

@ApiTags('partners')
@Controller('api/v1/partners')
export class PartnersController {
  constructor(
    private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('partner.list', 'The outside systems, their open work and its oldest age')
  @ApiOkResponse({ type: PartnerPage })
  async list(): Promise<PartnerPage> {
    const now = this.clock.now();
    const compared = await this.compared(now);
    const partners = await readPartners(this.db, now);
    const items = partners.map((row) => ({ ...row, reconciliation: compared.get(row.id) ?? NEVER_COMPARED }));
    return { items, next: null };
  }

  private async compared(now: Date): Promise<ReadonlyMap<string, PartnerReconciliation>> {
    const measures = await readReconciliationMeasures(this.db, now);
    return new Map(
      measures.map(({ partner, secondsSinceFinished, skipped, open }) => [
        partner,
        {
          finishedAgeSeconds: secondsSinceFinished === null ? null : Math.round(secondsSinceFinished),
          skipped,
          open: Object.values(open).reduce((sum, count) => sum + count, 0),
        },
      ]),
    );
  }
}
