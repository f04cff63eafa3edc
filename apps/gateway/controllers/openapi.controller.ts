import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Operation, Public } from '../http/access';
import { OPENAPI } from '../tokens';

/** Filled when the application is made (http-app.ts): the document is read off the finished routes. */
export interface OpenApiHolder {
  document: object | null;
}

@ApiTags('operation')
@Controller('api/openapi.json')
export class OpenApiController {
  constructor(@Inject(OPENAPI) private readonly holder: OpenApiHolder) {}

  @Get()
  @Public()
  @Operation('openapi.show', 'This document')
  @ApiOkResponse({ type: Object })
  show(): object {
    return this.holder.document ?? {};
  }
}
