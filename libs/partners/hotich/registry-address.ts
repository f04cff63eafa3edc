/** Which of the two schema generations of 01/07/2025 a dossier is written in (README §3.3, hotich.md §3). */
type SchemaGeneration = 'with-district' | 'two-level';

/** An address as hộ tịch takes it. Parts that nobody gave are left out, never null or empty (CONTRACTS §1.2). */
export interface RegistryAddress {
  quocGia?: string;
  maTinh?: string;
  maHuyen?: string;
  maXa?: string;
  dcChiTiet?: string;
}

/** How addresses are written for one dossier. */
export interface AddressSchema {
  generation: SchemaGeneration;
  /** Country written with a place that lies in a Vietnamese province; only in the two-level generation. */
  country?: string;
}

/**
 * The address object of one place. `dcChiTiet` is DVCLT's string. Area codes come from leaves of the place's own name
 * (`nksNoiSinhMaXa`, the naming of dvclt.md §5.1) and, for the birth place, the province from `nksNoiSinhDVHC`; codes are
 * not guessed from the text here (Q45: `withBirthProvince`). The district exists only in the generation before 01/07/2025, the country only after it.
 */
export function addressOf(
  field: string,
  leaf: (name: string) => string | undefined,
  schema: AddressSchema,
): RegistryAddress | undefined {
  const maTinh = leaf(`${field}MaTinh`) ?? (field === 'nksNoiSinh' ? leaf('nksNoiSinhDVHC') : undefined);
  const isTwoLevel = schema.generation === 'two-level';
  const parts: RegistryAddress = {
    quocGia: isTwoLevel && maTinh !== undefined ? schema.country : undefined,
    maTinh,
    maHuyen: isTwoLevel ? undefined : leaf(`${field}MaHuyen`),
    maXa: leaf(`${field}MaXa`),
    dcChiTiet: leaf(field),
  };
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
