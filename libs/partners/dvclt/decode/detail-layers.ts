import { isUtf8 } from 'node:buffer';
import { isDeeperThan } from '#platform';
import { hasTooManyValues, jsonObjectOf, type JsonObject } from '../../http/answer-json';
import { arrayOf, objectOf } from '../../wire/fields';
import { Undecodable } from './undecodable';

/** The two JSON layers of a detail answer (dvclt.md §3). */
export interface OuterLayer {
  head: JsonObject;
  /** The inner layer as it came: a JSON string, or the object itself (Q08). */
  inner: unknown;
  files: readonly unknown[];
}
export interface InnerLayer {
  head: JsonObject;
  xml: string;
  files: readonly unknown[];
}

/** Objects and arrays inside each other in one layer. A detail has five or six. */
export const MAX_LAYER_DEPTH = 128;

/** The answer is in another encoding than UTF-8: read as such, names would hold other letters. */
export function notUtf8(): Undecodable {
  return new Undecodable('outer-json', 'outer.not-utf8', 'the answer is not UTF-8');
}

/** Reads the answer: `{data: {…head, data, fileDinhKem}}`. @throws Undecodable at stage `outer-json` */
export function outerLayer(raw: Buffer): OuterLayer {
  if (!isUtf8(raw)) throw notUtf8();
  return outerOf(raw);
}

/** The same from bytes that are known to be UTF-8. @throws Undecodable at stage `outer-json` */
export function outerOf(text: Buffer): OuterLayer {
  if (hasTooManyValues(text)) throw tooMany('outer');
  const answer = jsonObjectOf(text);
  if (answer === undefined) throw new Undecodable('outer-json', 'outer.not-json', 'the answer is not a JSON object');
  if (isDeeperThan(answer, MAX_LAYER_DEPTH)) throw tooDeep('outer');
  const head = objectOf(answer['data']);
  if (head === undefined) throw new Undecodable('outer-json', 'outer.no-data', 'member data is not an object', 'data');
  return { head, inner: head['data'], files: arrayOf(head['fileDinhKem']) };
}

/** Reads the inner object `{…head, data: XML, fileDinhKem}`. @throws Undecodable at stage `inner-json` */
export function innerLayer(inner: unknown): InnerLayer {
  return typeof inner === 'string' ? innerOfText(Buffer.from(inner, 'utf8')) : innerOf(objectOf(inner));
}

/** The same from its text. @throws Undecodable at stage `inner-json` */
export function innerOfText(text: Buffer): InnerLayer {
  if (hasTooManyValues(text)) throw tooMany('inner');
  const head = jsonObjectOf(text);
  if (isDeeperThan(head, MAX_LAYER_DEPTH)) throw tooDeep('inner');
  return innerOf(head);
}

function tooMany(layer: 'outer' | 'inner'): Undecodable {
  return new Undecodable(`${layer}-json`, `${layer}.too-many-values`, `the ${layer} layer holds too many values`);
}

function tooDeep(layer: 'outer' | 'inner'): Undecodable {
  return new Undecodable(`${layer}-json`, `${layer}.too-deep`, `the ${layer} layer is too-deep`);
}

/** The same from its members; undefined where there is no object. @throws Undecodable at stage `inner-json` */
function innerOf(head: JsonObject | undefined): InnerLayer {
  if (head === undefined)
    throw new Undecodable('inner-json', 'inner.not-json', 'member data.data holds no JSON object', 'data.data');
  const xml = head['data'];
  if (typeof xml !== 'string' || xml.trim() === '') {
    throw new Undecodable(
      'inner-json',
      'inner.no-declaration',
      'the inner member data holds no XML text',
      'data.data.data',
    );
  }
  return { head, xml, files: arrayOf(head['fileDinhKem']) };
}

/** A layer as evidence: without the next layer and without file contents. */
export function evidenceOf(head: JsonObject): Buffer {
  const files = arrayOf(head['fileDinhKem']).map((file) => withoutContent(file));
  return Buffer.from(JSON.stringify({ ...head, data: undefined, fileDinhKem: files }), 'utf8');
}

/** A file object without its bytes. */
export function withoutContent(file: unknown): unknown {
  const members = objectOf(file);
  return members === undefined ? null : { ...members, duLieuTepDinhKem: undefined };
}
