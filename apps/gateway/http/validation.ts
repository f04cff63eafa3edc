import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { AppError } from '#platform';
import { refuseNull } from './refuse-null';

/** Checks bodies and queries against their classes; what they do not name is refused, not ignored. */
export function validationPipe(): ValidationPipe {
  return new StrictPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => refusalOf(errors),
  });
}

class StrictPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && metadata.metatype) refuseNull(value, metadata.metatype);
    return (await super.transform(value, metadata)) as unknown;
  }
}

function refusalOf(errors: ValidationError[]): AppError {
  const { path, constraints } = firstOf(errors, []);
  const rule = Object.keys(constraints)[0] ?? 'isDefined';
  const isUnknown = rule === 'whitelistValidation' || rule === 'unknownValue';
  // A name that the caller made up is not repeated: it may be anything.
  const field = isUnknown ? path.slice(0, -1).join('.') || undefined : path.join('.');
  const detail = isUnknown ? 'a member is not part of this request' : (constraints[rule] ?? 'the value is not valid');
  return new AppError({ code: 'request-invalid', disposition: 'refuse', status: 400, field, detail });
}

function firstOf(
  errors: readonly ValidationError[],
  above: readonly string[],
): { path: string[]; constraints: Record<string, string> } {
  const [error] = errors;
  if (!error) return { path: [...above], constraints: {} };
  const path = [...above, error.property];
  if (error.constraints || !error.children?.length) return { path, constraints: error.constraints ?? {} };
  return firstOf(error.children, path);
}
