import { decodeInPieces } from '../../testing/decode-in-pieces';
import { decodeLaws } from '../../testing/decode-laws.contract';
import { decodeDetail } from './decode-detail';

decodeLaws('in one piece', async (raw) => decodeDetail(raw, 200));
decodeLaws('as a stream of pieces', async (raw) => decodeInPieces(raw, 200, 997));
