import { ApiProperty } from '@nestjs/swagger';
import { personalData } from '#privacy';

const STATUSES = ['queued', 'in-flight', 'waiting', 'unknown', 'settled', 'dead', 'cancelled'];
export const DELIVERY_STATUSES: readonly string[] = STATUSES;
const OUTCOMES = ['accepted', 'already-applied', 'refused', 'retry', 'unknown'];
const VERDICTS = ['applied', 'absent', 'cannot-tell'];

/** Version of the reply rule that judged an answer. */
export class RuleView {
  @ApiProperty()
  id!: string;
  @ApiProperty()
  version!: number;
}

/** A field that was missing, or that the partner did not take; names only. */
export class FieldComplaintView {
  @ApiProperty({ description: 'Name of the field in the partner’s message; `other` for a name that is none of ours.' })
  field!: string;
  @ApiProperty({ description: 'missing, empty, too-long, not-in-catalogue, wrong-format or differs.' })
  problem!: string;
}

/** Why a delivery stands where it stands. */
export class ReasonView {
  @ApiProperty({ description: 'Stable code.' })
  code!: string;
  @ApiProperty({ type: [FieldComplaintView] })
  fields!: FieldComplaintView[];
}

/** The duty to hand one message to one partner (DESIGN §4). */
export class DeliveryView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  partner!: string;
  @ApiProperty({ format: 'uuid' })
  dossierId!: string;
  @ApiProperty({ type: String, nullable: true })
  dvcltCode!: string | null;
  @ApiProperty({ type: String, nullable: true })
  oneStopCode!: string | null;
  @ApiProperty()
  operation!: string;
  @ApiProperty()
  unit!: string;
  @ApiProperty()
  procedure!: string;
  @ApiProperty({ enum: STATUSES })
  status!: string;
  @ApiProperty({ description: 'Journal number of the event that caused it.' })
  causedSequence!: number;
  @ApiProperty()
  replayNumber!: number;
  @ApiProperty()
  attempts!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dueAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastAttemptAt!: string | null;
  @ApiProperty({ type: String, enum: OUTCOMES, nullable: true })
  outcome!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Stable code of why.' })
  reasonCode!: string | null;
  @ApiProperty({ type: ReasonView, nullable: true })
  reason!: ReasonView | null;
  @ApiProperty({ type: RuleView, nullable: true })
  rule!: RuleView | null;
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  settledAt!: string | null;
}

/** One call or probe. */
export class AttemptView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  number!: number;
  @ApiProperty({ enum: ['call', 'probe'] })
  kind!: string;
  @ApiProperty({ format: 'date-time' })
  startedAt!: string;
  @ApiProperty({ format: 'date-time' })
  endedAt!: string;
  @ApiProperty()
  durationMs!: number;
  @ApiProperty({ enum: [...OUTCOMES, ...VERDICTS], description: 'Of a call; of a probe, what it was told.' })
  outcome!: string;
  @ApiProperty({ enum: ['not-written', 'written', 'answered'] })
  wire!: string;
  @ApiProperty({ type: Number, nullable: true })
  httpStatus!: number | null;
  @ApiProperty()
  reasonCode!: string;
  @ApiProperty({ type: RuleView, nullable: true })
  rule!: RuleView | null;
  @ApiProperty({ description: 'It came after its lease had ended: evidence only.' })
  late!: boolean;
}

/** What the partner wrote that no rule knows. Opening it is written into the sync log. */
export class EvidenceView {
  @ApiProperty({ description: 'Number of the attempt that was answered so.' })
  attempt!: number;
  @ApiProperty({ description: 'HTTP status and the partner’s own result code.' })
  code!: string;
  @ApiProperty({
    type: [String],
    description: 'Message fields of the answer; what the dossier holds of persons, and numbers, are masked.',
    ...personalData('answer.message'),
  })
  messages!: readonly string[];
  @ApiProperty({ description: 'What becomes a rule with scope `text`: echoes and codes blanked.' })
  text!: string;
}

export class DeliveryDetail extends DeliveryView {
  @ApiProperty({ type: [AttemptView] })
  attemptList!: AttemptView[];
  @ApiProperty({ type: EvidenceView, nullable: true, description: 'For an operator, while a person has to look.' })
  evidence!: EvidenceView | null;
}

export class DeliveryPage {
  @ApiProperty({ type: [DeliveryView] })
  items!: DeliveryView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
