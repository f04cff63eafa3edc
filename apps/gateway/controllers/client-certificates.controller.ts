import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ManageCertificates, type Principal } from '#access';
import { Database, rfc3339, type Clock } from '#platform';
import { Caller, Operation, Roles } from '../http/access';
import { IdPipe } from '../http/id-pipe';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { AddedCertificate, CertificateList, EndedCertificate, NewCertificate } from '../schema/client-certificate';
import { CLOCK } from '../tokens';

@ApiTags('clients')
@Controller('api/v1/clients/:id/certificates')
export class ClientCertificatesController {
  constructor(
    private readonly db: Database,
    private readonly certificates: ManageCertificates,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Roles('administrator', 'auditor')
  @Operation('client-certificate.list', 'The certificates by which a machine is known')
  @ApiOkResponse({ type: CertificateList })
  async list(@Param('id') clientId: string): Promise<CertificateList> {
    const certificates = await this.certificates.list(this.db, clientId, this.clock.now());
    return {
      items: certificates.map(({ createdAt, expiresAt, endedAt, ...rest }) => ({
        ...rest,
        createdAt: rfc3339(createdAt),
        expiresAt: expiresAt && rfc3339(expiresAt),
        endedAt: endedAt && rfc3339(endedAt),
      })),
    };
  }

  @Post()
  @Roles('administrator')
  @Operation('client-certificate.add', 'A client certificate that stands for a machine; two may be valid at once')
  @NeedsIdempotencyKey()
  @ApiCreatedResponse({ type: AddedCertificate })
  add(
    @Caller() by: Principal,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id') clientId: string,
    @Body() draft: NewCertificate,
  ): Promise<AddedCertificate> {
    return this.certificates.add({ by, idempotencyKey }, clientId, { ...draft });
  }

  @Post(':certificateId/end')
  @HttpCode(200)
  @Roles('administrator')
  @Operation('client-certificate.end', 'Ends a certificate at once, and the tokens that were got with it alone')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: EndedCertificate })
  end(
    @Caller() by: Principal,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id') clientId: string,
    @Param('certificateId', new IdPipe('certificate-unknown')) certificateId: string,
  ): Promise<EndedCertificate> {
    return this.certificates.end({ by, idempotencyKey }, clientId, certificateId);
  }
}
