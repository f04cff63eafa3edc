import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ManageCertificates } from '#access';
import { Database, rfc3339, type Clock } from '#platform';
import { Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { actingOf } from '../http/acting';
import { ClientIdPipe } from '../http/client-id-pipe';
import { IdPipe } from '../http/id-pipe';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { AddedCertificate, CertificateList, EndedCertificate, NewCertificate } from '../schema/client-certificate';
import { ADDRESS_DIGEST, CLOCK } from '../tokens';

@ApiTags('clients')
@Controller('api/v1/clients/:id/certificates')
export class ClientCertificatesController {
  constructor(
    private readonly db: Database,
    private readonly certificates: ManageCertificates,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Get()
  @Roles('administrator', 'auditor')
  @Operation('client-certificate.list', 'The certificates by which a machine is known')
  @ApiOkResponse({ type: CertificateList })
  async list(@Param('id', ClientIdPipe) clientId: string): Promise<CertificateList> {
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
    @Req() request: AuthenticatedRequest,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', ClientIdPipe) clientId: string,
    @Body() draft: NewCertificate,
  ): Promise<AddedCertificate> {
    return this.certificates.add(actingOf(request, idempotencyKey, this.addressDigest), clientId, { ...draft });
  }

  @Post(':certificateId/end')
  @HttpCode(200)
  @Roles('administrator')
  @Operation('client-certificate.end', 'Ends a certificate at once, and the tokens that were got with it alone')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: EndedCertificate })
  end(
    @Req() request: AuthenticatedRequest,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', ClientIdPipe) clientId: string,
    @Param('certificateId', new IdPipe('certificate-unknown')) certificateId: string,
  ): Promise<EndedCertificate> {
    return this.certificates.end(actingOf(request, idempotencyKey, this.addressDigest), clientId, certificateId);
  }
}
