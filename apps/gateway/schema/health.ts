import { ApiProperty } from '@nestjs/swagger';

export class HealthCheck {
  @ApiProperty()
  name!: string;
  @ApiProperty()
  ok!: boolean;
  @ApiProperty({ type: Number, nullable: true, description: 'What was measured, in the unit of the name.' })
  value!: number | null;
}

export class HealthView {
  @ApiProperty({ enum: ['ok', 'not-ready'] })
  status!: string;
  @ApiProperty({ type: [HealthCheck] })
  checks!: HealthCheck[];
}
