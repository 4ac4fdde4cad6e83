/** Shown wherever areas and States are listed. */
export const caution =
  'Designations and groupings imply no opinion on the legal status of any country, territory, city or area, or on its frontiers.';
