// One letter for what the keyboard or the eye takes for one: Turkish ı, I, i and İ, accents, case.

export function fold(words) {
  return words.replace(/[ıİ]/g, "i").normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
}
