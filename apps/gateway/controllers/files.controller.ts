import { Controller, Get, Param, Res, StreamableFile } from '@nestjs/common';
import { ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { Operation, Public } from '../http/access';
import { FetchFile } from '../use-cases/fetch-file';

@ApiTags('files')
@Controller('files')
export class FilesController {
  constructor(private readonly fetchFile: FetchFile) {}

  @Get(':token')
  @Public()
  @Operation('file.fetch', 'A file for a partner, by a link that was given to it')
  @ApiParam({ name: 'token', type: String })
  @ApiProduces('application/octet-stream')
  async fetch(@Param('token') token: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<StreamableFile> {
    const file = await this.fetchFile.run(token);
    void reply.headers({ digest: `sha-256=${file.digest}`, 'cache-control': 'private, no-store' });
    return new StreamableFile(Readable.from(file.pieces, { objectMode: false }), {
      type: file.contentType,
      disposition: `attachment; filename="${file.name}"`,
      length: file.sizeBytes,
    });
  }
}
