import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** `application/problem+json` (RFC 9457). */
export class ProblemView {
  @ApiProperty({ example: 'urn:lienthong:problem:decision-not-allowed' })
  type!: string;
  @ApiProperty()
  title!: string;
  @ApiProperty()
  status!: number;
  @ApiProperty({ example: 'decision-not-allowed' })
  code!: string;
  @ApiPropertyOptional()
  detail?: string;
  @ApiPropertyOptional({ description: 'What of the request it is about.' })
  field?: string;
  @ApiPropertyOptional({ description: 'State of the dossier.' })
  state?: string;
  @ApiPropertyOptional({ type: [String] })
  allowedDecisions?: string[];
}
