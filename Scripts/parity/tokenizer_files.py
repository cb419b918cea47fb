#!/usr/bin/env python3
"""Writes small tokenizers, and what the package of Hugging Face makes of some texts.

Run with the tokenizers package: python Scripts/parity/tokenizer_files.py. Its version is in expected.json.
"""
import json
import pathlib

import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

folder = pathlib.Path(__file__).parents[2] / "Tests/KalsaeFilesTests/Vectors/tokenizers"
folder.mkdir(parents=True, exist_ok=True)

CORPUS = [
    "The swift flies all day, and sleeps on the wing; it's said that it'll land only to nest.",
    "We've seen 1,234 of them in 2019, and they're faster than you'd think: 111.6 km/h!",
    "def step(x):\n    return x * 2  # twice\n\n\tdone\n",
    "칼새는 하늘에서 잠을 잔다. Le martinet dort en vol, l'été comme l'hiver. Ein Segler schläft im Flug.",
    "雨燕在飛行中睡覺。 ツバメ アマツバメ 😀 naïve café",
] * 8

TEXTS = CORPUS[:5] + [
    "", " ", "  ", "a", " a", "a ", "   three  spaces   ", "\n\n\n", "\t x\r\n y",
    "It's they're WE'VE I'd she'll 'tis ''", "don't", "x'", "1st 22nd 333rd ¼ Ⅷ ²", "a\u0301e\u0308 \u00e9",
    "\u00a0non\u2009breaking\u3000blanks", "emoji 👩‍👩‍👧 and flags 🇰🇷", "zero\u200bwidth\u0000nul\ufffd",
    "<|endoftext|>", "one<|endoftext|>two <|pad|> three", "[CLS] hello [MASK] world [SEP]",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "!!!???...---", "ABCdefGHI_jkl-mno", "İstanbul ẞ ǅ",
    "unknown ⟦brackets⟧ ∀x∈ℝ", "swifts swiftly swiftest", "word" * 60, "漢字kanji漢字",
]


def bpe(prefix_space, **options):
    own = Tokenizer(models.BPE())
    own.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space, **options)
    own.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    own.train_from_iterator(CORPUS, trainer)
    return own


def bert(lowercase):
    own = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    own.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    own.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    own.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=300, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False)
    own.train_from_iterator(CORPUS, trainer)
    return own


spaced = bpe(True)
spaced.normalizer = normalizers.NFC()
spaced.add_tokens([AddedToken("<|pad|>", lstrip=True, rstrip=True)])
files = {
    "bpe": bpe(False), "bpe-spaced": spaced, "bpe-whole": bpe(False, use_regex=False),
    "bert": bert(True), "bert-cased": bert(False),
}
expected = {"version": tokenizers.__version__, "texts": TEXTS}
for name, own in files.items():
    own.save(str(folder / f"{name}.json"), pretty=False)
    numbers = [own.encode(text, add_special_tokens=False).ids for text in TEXTS]
    expected[name] = {
        "numbers": numbers,
        "texts": [own.decode(ids) for ids in numbers],
        "special": [own.decode(ids, skip_special_tokens=False) for ids in numbers],
    }
(folder / "expected.json").write_text(json.dumps(expected))
