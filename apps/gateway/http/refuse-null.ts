import { AppError } from '#platform';

/** What `@ApiProperty` has left on a member. */
interface DocumentedMember {
  nullable?: boolean;
  type?: unknown;
}

type Class = abstract new (...args: never[]) => unknown;

const DOCUMENTED = 'swagger/apiModelProperties';

/** Refuses null where the document does not say that it may stand: `@IsOptional` lets it through, and what was left out, or is text, by the
 *  types of our code, would be null there.
 *  @param target class of the request
 *  @throws AppError 400 `request-invalid` with the member's name */
export function refuseNull(value: unknown, target: Class, above: readonly string[] = []): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) return value.forEach((item, at) => refuseNull(item, target, [...above, String(at)]));
  for (const [name, member] of Object.entries(value)) {
    const documented = documentedMember(target, name);
    if (documented === undefined) continue;
    const path = [...above, name];
    if (member === null && documented.nullable !== true) throw refusal(path.join('.'));
    const inside = classOf(documented.type);
    if (inside) refuseNull(member, inside, path);
  }
}

function documentedMember(target: Class, name: string): DocumentedMember | undefined {
  return Reflect.getMetadata(DOCUMENTED, target.prototype as object, name) as DocumentedMember | undefined;
}

/** Written as a class, a list of one, or a function that gives one of these. */
function classOf(type: unknown): Class | undefined {
  if (Array.isArray(type)) return classOf(type[0]);
  if (typeof type !== 'function') return undefined;
  const prototype = type.prototype as object | undefined;
  // A function with an arrow has no prototype.
  if (prototype === undefined) return classOf((type as () => unknown)());
  return Reflect.hasMetadata(`${DOCUMENTED}Array`, prototype) ? (type as Class) : undefined;
}

function refusal(field: string): AppError {
  return new AppError({
    code: 'request-invalid',
    disposition: 'refuse',
    status: 400,
    field,
    detail: 'leave the member out; it may not be null',
  });
}
