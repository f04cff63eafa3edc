import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { Principal } from '#access';
import { localDay } from '#platform';
import { revealFields, revealFile, showContent, type PrivacyDeps } from '#privacy';
import { Caller, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { DossierCodePipe } from '../http/dossier-code';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { viewerOf } from '../http/viewer';
import { ContentView, NewFileReveal, NewReveal, PurposeList, RevealView } from '../schema/personal-data';
import { ADDRESS_DIGEST, PRIVACY } from '../tokens';

const BYTES = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } as const;

/** A dossier's content: masked for all who see dossiers, and in the clear for a purpose (docs/how-to/reveal-personal-data.md). */
@ApiTags('personal data')
@Controller('api/v1')
export class ContentController {
  constructor(
    @Inject(PRIVACY) private readonly privacy: PrivacyDeps,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Get('purposes')
  @Roles('operator', 'approver', 'auditor')
  @Operation('purpose.list', 'Purposes that this account may use today')
  @ApiOkResponse({ type: PurposeList })
  purposes(@Caller() { roles }: Principal): PurposeList {
    const today = localDay(this.privacy.clock.now());
    const usable = this.privacy.purposePolicy.purposes.filter(
      ({ validFrom, validTo, roles: allowed }) =>
        validFrom <= today && (validTo ?? today) >= today && roles.some((role) => allowed.includes(role)),
    );
    return {
      items: usable.map(({ id, label, legalBasis, sensitive, search }) => ({
        id,
        label,
        legalBasis,
        sensitive,
        search,
      })),
    };
  }

  @Get('dossiers/:code/content')
  @Header('cache-control', 'no-store')
  @Roles('operator', 'approver', 'auditor')
  @Operation('dossier.content', 'Which fields and files a dossier has, every personal value masked')
  @ApiParam({ name: 'code', type: String })
  @ApiOkResponse({ type: ContentView })
  content(@Caller() caller: Principal, @Param('code', DossierCodePipe) code: string): Promise<ContentView> {
    return showContent(code, caller.units, this.privacy);
  }

  @Post('dossiers/:code/reveals')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Roles('operator', 'approver', 'auditor')
  @Operation('dossier.reveal', 'Shows fields in the clear, for a purpose; written into the sync log before they leave')
  @NeedsIdempotencyKey()
  @ApiParam({ name: 'code', type: String })
  @ApiOkResponse({ type: RevealView })
  reveal(
    @IdempotencyKey() idempotencyKey: string,
    @Param('code', DossierCodePipe) code: string,
    @Body() { purpose, reason, fields }: NewReveal,
    @Req() request: AuthenticatedRequest,
  ): Promise<RevealView> {
    const by = { ...viewerOf(request, this.addressDigest), idempotencyKey };
    return revealFields({ code, purpose, reason, fields }, by, this.privacy);
  }

  @Post('dossiers/:code/file-reveals')
  @HttpCode(200)
  @Roles('operator', 'approver', 'auditor')
  @Operation('dossier.reveal-file', 'One file of a dossier, for a purpose; each call is a view of its own')
  @ApiParam({ name: 'code', type: String })
  @ApiOkResponse({ description: 'The bytes.', content: BYTES })
  async file(
    @Param('code', DossierCodePipe) code: string,
    @Body() { purpose, reason, file }: NewFileReveal,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const by = viewerOf(request, this.addressDigest);
    const { sizeBytes, sha256, pieces } = await revealFile({ code, purpose, reason, file }, by, this.privacy);
    void reply
      .header('cache-control', 'no-store')
      .header('digest', `sha-256=${sha256.toString('base64')}`)
      .header('content-security-policy', "default-src 'none'; sandbox");
    // Never by the type that a sender gave it: a browser would run it in our name.
    return new StreamableFile(Readable.from(pieces), {
      type: 'application/octet-stream',
      length: sizeBytes,
      disposition: `attachment; filename="${file}"`,
    });
  }
}
