import { getMetadataStorage } from 'class-validator';
import type { OpenAPIObject } from '@nestjs/swagger';

/** The part of class-validator's records that a schema can say. */
interface Rule {
  propertyName: string;
  name?: string;
  constraints?: readonly unknown[];
  each: boolean;
}

interface Schema {
  $ref?: string;
  type?: string;
  items?: Schema;
  pattern?: string;
  allOf?: Schema[];
  [keyword: string]: unknown;
}

type Keywords = Readonly<Record<string, unknown>>;

/** Keywords of JSON Schema by the name of the rule. */
const SAID_AS: Readonly<Record<string, (constraints: readonly unknown[]) => Keywords>> = {
  matches: ([pattern]) => patternOf(pattern as RegExp),
  isLength: ([min, max]) => ({ minLength: min, maxLength: max }),
  minLength: ([min]) => ({ minLength: min }),
  maxLength: ([max]) => ({ maxLength: max }),
  min: ([minimum]) => ({ minimum }),
  max: ([maximum]) => ({ maximum }),
  isInt: () => ({ type: 'integer' }),
  arrayMinSize: ([min]) => ({ minItems: min }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayMaxSize: ([max]) => ({ maxItems: max }),
  arrayUnique: () => ({ uniqueItems: true }),
  isIn: ([values]) => ({ enum: [...(values as readonly unknown[])] }),
};

/** Writes the rules that a request is checked by into the document, so that it promises no more than is taken: what a decorator of
 *  class-validator says is not said a second time by hand.
 *  @param classes that requests are checked against: bodies, queries, and what stands inside them
 *  @param queries by operation id: the classes of its parameters */
export function sayConstraints(
  document: OpenAPIObject,
  classes: ReadonlyMap<string, object>,
  queries: ReadonlyMap<string, readonly object[]>,
): void {
  const schemas = (document.components?.schemas ?? {}) as Record<string, { properties?: Record<string, Schema> }>;
  for (const [name, target] of classes) apply(rulesOf(target), (property) => schemas[name]?.properties?.[property]);
  for (const path of Object.values(document.paths))
    for (const operation of Object.values(path as Record<string, DocumentedOperation>))
      for (const target of queries.get(operation.operationId ?? '') ?? [])
        apply(rulesOf(target), (property) => parameterOf(operation, property));
}

interface DocumentedOperation {
  operationId?: string;
  parameters?: readonly { in: string; name: string; schema?: Schema }[];
}

function parameterOf({ parameters }: DocumentedOperation, property: string): Schema | undefined {
  return parameters?.find(({ in: place, name }) => place === 'query' && name === property)?.schema;
}

function rulesOf(target: object): Rule[] {
  return getMetadataStorage().getTargetValidationMetadatas(target as never, '', false, false);
}

function apply(rules: readonly Rule[], schemaOf: (property: string) => Schema | undefined): void {
  for (const rule of rules) {
    const whole = schemaOf(rule.propertyName);
    const schema = rule.each ? whole?.items : whole;
    const keywords = SAID_AS[rule.name ?? '']?.(rule.constraints ?? []);
    if (schema && schema.$ref === undefined && keywords) add(schema, keywords);
  }
}

/** A second pattern stands beside the first; what the document says by hand stays. */
function add(schema: Schema, { pattern, ...keywords }: Keywords): void {
  for (const [keyword, value] of Object.entries(keywords))
    if (value !== undefined && (schema[keyword] === undefined || keyword === 'type')) schema[keyword] = value;
  if (typeof pattern !== 'string') return;
  if (schema.pattern === undefined) schema.pattern = pattern;
  else if (schema.pattern !== pattern) schema.allOf = [...(schema.allOf ?? []), { pattern }];
}

/** Classes of Unicode are left out: not every reader of JSON Schema knows them. */
function patternOf(pattern: RegExp): Keywords {
  return pattern.source.includes(String.raw`\p{`) ? {} : { pattern: pattern.source };
}
