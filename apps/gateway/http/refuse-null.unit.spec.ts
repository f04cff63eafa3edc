import 'reflect-metadata';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { refuseNull } from './refuse-null';

class Inner {
  @ApiPropertyOptional()
  name?: string;
}

class Outer {
  @ApiPropertyOptional()
  reason?: string;
  @ApiPropertyOptional({ type: String, nullable: true })
  note?: string | null;
  @ApiProperty({ type: Inner })
  one!: Inner;
  @ApiProperty({ type: [Inner] })
  many!: Inner[];
  @ApiProperty({ type: () => Inner })
  later!: Inner;
}

const refused = (body: unknown): string | undefined => {
  try {
    refuseNull(body, Outer);
    return undefined;
  } catch (error) {
    return (error as { field?: string }).field;
  }
};

describe('null in a body', () => {
  it.each([
    ['reason', { reason: null }],
    ['one', { one: null }],
    ['one.name', { one: { name: null } }],
    ['many.1.name', { many: [{ name: 'a' }, { name: null }] }],
    ['later.name', { later: { name: null } }],
  ])('is refused where the document does not name it: %s', (field, body) => expect(refused(body)).toBe(field));

  it.each([{ note: null }, { reason: 'x', one: { name: 'a' } }, { unknown: null }, null, 'text', []])(
    'is left alone elsewhere: %j',
    (body) => expect(refused(body)).toBeUndefined(),
  );
});
