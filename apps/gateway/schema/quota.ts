import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min, ValidateIf } from 'class-validator';

const MAX_REQUESTS = 1_000_000_000;

/** Both members are named: what is not limited is null. */
export class QuotaBody {
  @ApiProperty({ type: Number, nullable: true, minimum: 1, maximum: MAX_REQUESTS, description: 'Null = no limit.' })
  @ValidateIf((body: QuotaBody) => body.perMinute !== null)
  @IsInt()
  @Min(1)
  @Max(MAX_REQUESTS)
  perMinute!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    minimum: 1,
    maximum: MAX_REQUESTS,
    description: 'In a day of UTC+7; null = no limit.',
  })
  @ValidateIf((body: QuotaBody) => body.perDay !== null)
  @IsInt()
  @Min(1)
  @Max(MAX_REQUESTS)
  perDay!: number | null;
}

export class QuotaView {
  @ApiProperty()
  clientId!: string;
  @ApiProperty({ type: QuotaBody })
  quota!: QuotaBody;
}
