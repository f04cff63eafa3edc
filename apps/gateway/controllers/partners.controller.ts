import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Database, type Clock } from '#platform';
import { Operation, Roles } from '../http/access';
import { readPartners } from '../reads/partners';
import { PartnerPage } from '../schema/partner';
import { CLOCK } from '../tokens';

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
    return { items: await readPartners(this.db, this.clock.now()), next: null };
  }
}
