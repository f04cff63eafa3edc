import type { JsonObject } from '../../http/answer-json';
import { instantOf, parsePartnerDate } from '../../wire/dates';
import { filledText, unitTextOf } from '../../wire/fields';
import { readableCode } from './readable-code';
import { Undecodable } from './undecodable';

/** What both JSON layers say about the dossier itself. */
export interface DossierHead {
  code: string;
  unitText: string;
  procedureCode: string;
  module: 'KS' | 'KT';
  receivedAtText: string;
  receivedAt: Date;
  technicalId?: string;
}

function required(text: string | undefined, field: string): string {
  if (text === undefined)
    throw new Undecodable('checks', 'checks.field-missing', 'a required field is missing or empty', field);
  return text;
}

function codeOf(outer: JsonObject, inner: JsonObject): string {
  const codes = [filledText(outer['maHoSo']), filledText(inner['maHoSo'])].filter((code) => code !== undefined);
  const code = required(codes[0], 'maHoSo');
  if (codes[1] !== undefined && codes[1] !== code) {
    throw new Undecodable('checks', 'checks.two-codes', 'the two layers name different dossiers', 'maHoSo');
  }
  if (readableCode({ maHoSo: code }) === undefined)
    throw new Undecodable('checks', 'checks.code-form', 'the dossier code has an unknown form', 'maHoSo');
  return code;
}

function moduleOf(text: string): 'KS' | 'KT' {
  if (text === 'KS' || text === 'KT') return text;
  throw new Undecodable('checks', 'checks.unknown-module', 'the module is neither KS nor KT', 'module');
}

function receivedAtOf(text: string): Date {
  const date = parsePartnerDate(text);
  const at = date === undefined ? undefined : instantOf(date);
  if (at === undefined)
    throw new Undecodable(
      'checks',
      'checks.date-unreadable',
      'the date of receipt has no readable form',
      'ngayTiepNhan',
    );
  return at;
}

/** Reads and checks the head; the outer layer wins, the inner one fills what it lacks. @throws Undecodable at stage `checks` */
export function dossierHead(outer: JsonObject, inner: JsonObject): DossierHead {
  const text = (field: string): string => required(filledText(outer[field]) ?? filledText(inner[field]), field);
  const receivedAtText = text('ngayTiepNhan');
  const technicalId = filledText(outer['techId']) ?? filledText(inner['techId']);
  return {
    code: codeOf(outer, inner),
    unitText: required(unitTextOf(outer['maDonVi']) ?? unitTextOf(inner['maDonVi']), 'maDonVi'),
    procedureCode: text('maTTHC'),
    module: moduleOf(text('module')),
    receivedAtText,
    receivedAt: receivedAtOf(receivedAtText),
    ...(technicalId === undefined ? {} : { technicalId }),
  };
}
