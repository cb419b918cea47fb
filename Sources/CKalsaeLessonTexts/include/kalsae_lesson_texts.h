// The texts of the lessons, from the Markdown files in `texts/`.
#pragma once

/// The text of a part in a language, 0 for English and 1 for Korean; null behind the last part.
const char *kalsae_lesson_text(int language, int part);

/// Korean names of checked numbers: lines of an English name, ` = ` and the Korean one, with `#` for
/// each number in both.
const char *kalsae_lesson_number_names(void);
