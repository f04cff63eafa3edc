import { DOSSIER_STATES } from '#dossier';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** Mutable copy: the OpenAPI decorators take no read-only lists. */
const STATES = [...DOSSIER_STATES];

export class DossierCodes {
  @ApiProperty({ type: String, nullable: true })
  dvclt!: string | null;
  @ApiProperty({ type: String, nullable: true })
  oneStop!: string | null;
  @ApiProperty({ type: [String] })
  registry!: string[];
}

/** The last number that each partner confirmed; null before. */
export class DossierStatuses {
  @ApiProperty({ type: Number, nullable: true })
  oneStop!: number | null;
  @ApiProperty({ type: Number, nullable: true })
  dvclt!: number | null;
  @ApiProperty({ type: Number, nullable: true })
  registry!: number | null;
  @ApiProperty({ type: Number, nullable: true })
  portal!: number | null;
}

export class DossierLeg {
  @ApiProperty()
  leg!: string;
  @ApiProperty()
  authority!: string;
  @ApiProperty({ enum: ['waiting', 'running', 'done', 'refused', 'cancelled'] })
  state!: string;
  @ApiProperty({ format: 'date-time' })
  since!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dueAt!: string | null;
}

/** A dossier as CONTRACTS §2 gives it. */
export class DossierView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ enum: ['birth-group', 'death-group'] })
  procedure!: string;
  @ApiProperty({ type: DossierCodes })
  codes!: DossierCodes;
  @ApiProperty({ description: 'Five-digit commune.' })
  unit!: string;
  @ApiProperty({ enum: STATES })
  state!: string;
  @ApiProperty({ description: 'A person has to look at it.' })
  attention!: boolean;
  @ApiProperty({ type: DossierStatuses })
  statuses!: DossierStatuses;
  @ApiProperty({ type: [DossierLeg] })
  legs!: DossierLeg[];
  @ApiProperty({ description: 'Unsettled deliveries and journal events that are not routed yet.' })
  pendingDeliveries!: number;
  @ApiProperty({ type: [String] })
  allowedDecisions!: string[];
  @ApiProperty({ description: 'Journal number of the last event.' })
  version!: number;
  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;
  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class DossierPage {
  @ApiProperty({ type: [DossierView] })
  items!: DossierView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class TimelineActor {
  @ApiProperty()
  id!: string;
  @ApiProperty({ enum: ['person', 'machine', 'system'] })
  type!: string;
}

export class TimelineEvent {
  @ApiProperty({ description: 'Journal number.' })
  sequence!: number;
  @ApiProperty({ example: 'vn.lienthong.dossier.received.v1' })
  type!: string;
  @ApiProperty({ format: 'date-time' })
  at!: string;
  @ApiProperty({ type: TimelineActor })
  actor!: TimelineActor;
  @ApiProperty({ type: Object, description: 'Codes, statuses, digests and references.' })
  data!: Record<string, unknown>;
}

export class TimelinePage {
  @ApiProperty({ type: [TimelineEvent] })
  items!: TimelineEvent[];
  @ApiPropertyOptional({ type: String, nullable: true })
  next!: string | null;
}
