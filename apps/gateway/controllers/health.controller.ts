import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Metrics } from '#platform';
import { Operation, Public } from '../http/access';
import { HealthView } from '../schema/health';
import { METRICS } from '../tokens';
import { CheckReadiness } from '../use-cases/check-readiness';

@ApiTags('operation')
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: CheckReadiness,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @Header('cache-control', 'no-store')
  @Public()
  @Operation('health.live', 'The process answers')
  @ApiOkResponse({ type: HealthView })
  live(): HealthView {
    return { status: 'ok', checks: [] };
  }

  @Get('health/ready')
  @Header('cache-control', 'no-store')
  @Public()
  @Operation('health.ready', 'Database, bus and sequencer; 503 while the database or the bus is away')
  @ApiOkResponse({ type: HealthView })
  @ApiServiceUnavailableResponse({ type: HealthView })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthView> {
    const { isReady, checks } = await this.readiness.run();
    void reply.code(isReady ? 200 : 503);
    return { status: isReady ? 'ok' : 'not-ready', checks };
  }

  @Get('metrics')
  @Public()
  @Operation('metrics.show', 'Numbers in the Prometheus text format; no ids and no personal data')
  @ApiProduces('text/plain')
  async show(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { contentType, text } = await this.metrics.render();
    void reply.header('content-type', contentType);
    return text;
  }
}
