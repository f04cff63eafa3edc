/** A described cause, in the officers' language. */
interface CauseText {
  id: string;
  label: string;
  explanation: string;
  responsible: string;
  fix: string;
}

/** A cause as it reads for one case: `{name}` in explanation and fix is filled in, and the side that the cause names by its part in the exchange
 *  (`partner`, `source`) is the one of this case. Pure.
 *  @param names what stands for each `{name}`; null where it is not known */
export function causeText<C extends CauseText>(
  { id, label, explanation, responsible, fix }: C,
  names: Readonly<Record<string, string | null>>,
  side: { named: C['responsible']; is: C['responsible'] },
): Pick<C, keyof CauseText> {
  const filled = (text: string): string =>
    Object.entries(names).reduce(
      (filling, [name, value]) => filling.replaceAll(`{${name}}`, value ?? '(không rõ)'),
      text,
    );
  return {
    id,
    label,
    explanation: filled(explanation),
    responsible: responsible === side.named ? side.is : responsible,
    fix: filled(fix),
  };
}
