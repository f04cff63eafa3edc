import type { Call } from '../server/call';
import { slashDate, slashDateTime } from '../server/date-formats';
import { jsonReply, type Reply } from '../server/reply';
import type { Fields } from '../server/fields';
import { withDateVariant } from '../variants/date-variant';
import { DECISIONS, OFFICER, type Decision } from './decision';
import type { OnestopDossier } from './onestop-dossier';

const DEFAULT_LIMIT = 100;

/** `GET /api/motcua/suKien` (CONTRACTS §1.1): the officers' decisions by position, for a gateway that polls them. */
export class EventFeed {
  private readonly rows: Fields[] = [];

  append(dossier: OnestopDossier, decision: Decision, at: { atMs: number; deadlineAtMs: number | null }): void {
    this.rows.push({
      viTri: this.rows.length + 1,
      maHoSoLT: dossier.dvcltCode,
      maHoSoMCDT: dossier.oneStopCode,
      suKien: DECISIONS[decision].event,
      thoiGian: slashDateTime(at.atMs),
      nguoiXuLy: OFFICER.name,
      chucDanh: OFFICER.title,
      phongBanXuLy: OFFICER.department,
      noiDungXuLy: DECISIONS[decision].note,
      hanBoSungHoSo: at.deadlineAtMs === null ? null : slashDate(at.deadlineAtMs),
    });
  }

  answer(call: Call): Reply {
    const after = Math.max(0, Number(call.query.get('sauViTri') ?? 0) || 0);
    const limit = Math.max(1, Number(call.query.get('soLuong') ?? DEFAULT_LIMIT) || DEFAULT_LIMIT);
    const rows = this.rows.slice(after, after + limit).map((row) => withDateVariant(row, call.faults));
    return jsonReply(200, { viTriTiep: after + rows.length, duLieu: rows });
  }
}
