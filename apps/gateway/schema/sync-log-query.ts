import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsUUID, Matches } from 'class-validator';
import { SYNC_LOG_KINDS } from '#synclog';
import { PageQuery } from '../http/page';

const DOSSIER_CODE = /^[\p{L}\p{N} ._/:-]{1,100}$/u;
const CODE = /^[\w.:+/=@-]{1,200}$/;
/** The log takes no number that could be a person's. */
const PURPOSE = /^(?!\+?\d{9,12}$)[\w.:+/=@-]{1,200}$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const KINDS: string[] = [...SYNC_LOG_KINDS];
const EXPORT_FORMATS = ['jsonl', 'csv'];

const text = (description: string): PropertyDecorator => both(ApiPropertyOptional({ description }), Matches(CODE));
const purpose = (description: string): PropertyDecorator =>
  both(ApiPropertyOptional({ description }), Matches(PURPOSE));
const id = (description: string): PropertyDecorator =>
  both(ApiPropertyOptional({ format: 'uuid', description }), IsUUID());
const instant = (name: string, description: string): PropertyDecorator =>
  both(
    ApiPropertyOptional({ format: 'date-time', description }),
    IsISO8601({ strict: true, strictSeparator: true }),
    Matches(RFC_3339, { message: `${name} must be RFC 3339 with an offset` }),
  );

function both(...decorators: readonly PropertyDecorator[]): PropertyDecorator {
  return (target, key) => [...decorators, IsOptional()].forEach((decorate) => decorate(target, key));
}

/** What the sync log is searched by; conditions hold together. */
export class SyncLogFilterQuery {
  @both(ApiPropertyOptional({ description: 'Any code of a dossier, a registry code too.' }), Matches(DOSSIER_CODE))
  code?: string;
  @id('Our id of a dossier.')
  dossierId?: string;
  @text('Commune.')
  unit?: string;
  @text('Outside system.')
  partner?: string;
  @text('Operation at a partner or at our API.')
  operation?: string;
  @text('Procedure.')
  procedure?: string;
  @text('Outcome.')
  outcome?: string;
  @both(ApiPropertyOptional({ enum: KINDS }), IsIn(KINDS))
  kind?: string;
  @text('Who acted: an account, or a part of the product.')
  actor?: string;
  @id('A receipt: the entry that it speaks of.')
  receipt?: string;
  @text('Reason code.')
  cause?: string;
  @id('A delivery.')
  delivery?: string;
  @id('A replay plan.')
  plan?: string;
  @id('An item of quarantine.')
  item?: string;
  @instant('since', 'Happened at or after this instant.')
  since?: string;
  @instant('until', 'Happened before this instant.')
  until?: string;
}

export class SyncLogQuery extends IntersectionType(SyncLogFilterQuery, PageQuery) {
  @both(ApiPropertyOptional({ enum: ['newest', 'oldest'], default: 'newest' }), IsIn(['newest', 'oldest']))
  order: 'newest' | 'oldest' = 'newest';
}

export class SyncLogExportQuery extends SyncLogFilterQuery {
  @ApiProperty({ enum: EXPORT_FORMATS })
  @IsIn(EXPORT_FORMATS)
  format!: 'jsonl' | 'csv';
  @both(
    ApiPropertyOptional({ type: Number, description: 'Goes on from this leaf index; a CSV has no head then.' }),
    Matches(/^\d{1,15}$/),
  )
  from?: string;
  @purpose('What the export is for: a code, e.g. `complaint`.')
  purpose?: string;
}

export class EvidenceQuery {
  @ApiProperty({ description: 'Any code of a dossier, a registry code too.' })
  @Matches(DOSSIER_CODE)
  code!: string;
  @purpose('What the evidence is for: a code, e.g. `complaint`.')
  purpose?: string;
}
