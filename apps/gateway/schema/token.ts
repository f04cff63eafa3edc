import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class TokenRequest {
  @ApiProperty({ enum: ['client_credentials'] })
  grant_type!: string;
  @ApiPropertyOptional({ description: 'Absent when the client comes by Basic.' })
  client_id?: string;
  @ApiPropertyOptional()
  client_secret?: string;
}

export class TokenView {
  @ApiProperty()
  access_token!: string;
  @ApiProperty({ enum: ['Bearer'] })
  token_type!: 'Bearer';
  @ApiProperty({ example: 900 })
  expires_in!: number;
}

export class JwkView {
  @ApiProperty({ enum: ['OKP'] })
  kty!: string;
  @ApiProperty({ enum: ['Ed25519'] })
  crv!: string;
  @ApiProperty()
  x!: string;
  @ApiProperty()
  kid!: string;
  @ApiProperty({ enum: ['EdDSA'] })
  alg!: string;
  @ApiProperty({ enum: ['sig'] })
  use!: string;
}

export class JwksView {
  @ApiProperty({ type: [JwkView] })
  keys!: JwkView[];
}
