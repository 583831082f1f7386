"""Makes the files of this folder with the originals: transformers, tokenizers, sentence-transformers.

    python make_cases.py FOLDER_OF_ALL_MINILM_L6_V2

See README.md for the versions that were used.
"""

import base64
import json
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

HERE = pathlib.Path(__file__).parent

SENTENCES = [
    "A man is eating food.",
    "The girl is carrying a baby, isn't she?",
    "",
    "Les élèves naïfs ont mangé des crêpes à Noël.",
    "東京は日本の首都です。",
    "Привет, мир! Γειά σου Κόσμε 😀👩\u200d👩\u200d👧 — “quoted”",
    "e\u0301tude  tab\tand\nnewline\u00a0and\u200bzero width\u0000nul",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "x=3.14*2; [SEP] [MASK] #hash @you https://example.org/a?b=c",
    "The quick brown fox jumps over the lazy dog. " * 40,
    "한국어 हिन्दी עברית العربية ไทย",
    "İstanbul'da ǅungla ﬁne ½ Ⅷ ＦＵＬＬ",
]


def encoded(array):
    """Rows of float32, little-endian, as base64."""
    return [base64.b64encode(np.ascontiguousarray(row, dtype="<f4").tobytes()).decode() for row in array]


def write(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def minilm(folder):
    model = SentenceTransformer(folder, device="cpu")
    # One batch: all rows but the longest are padded.
    embeddings = model.encode(SENTENCES, batch_size=len(SENTENCES))
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    ids = [tokenizer.encode(sentence).ids for sentence in SENTENCES]
    cases = [{"sentence": s, "ids": i, "embedding": e} for s, i, e in zip(SENTENCES, ids, encoded(embeddings))]
    write("minilm.json", {"maxLength": model.max_seq_length, "cases": cases})


def tiny():
    """A random BERT whose weights are numbers of float16, in the files that Hugging Face's models have."""
    folder = HERE / "tiny-bert"
    folder.mkdir(exist_ok=True)
    words = "the a of girl man is was eating food fox dog jump over lazy quick brown 東 京 ele ve".split()
    pieces = ["##s", "##ing", "##ed", "##ve", "##x"] + ["##" + c for c in "abcdefghijklmnopqrstuvwxyz"]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words + list("abcdefghijklmnopqrstuvwxyz0123456789.,!?'") + pieces
    vocabulary = list(dict.fromkeys(vocabulary))
    tokenizer = Tokenizer(models.WordPiece({w: i for i, w in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(name, vocabulary.index(name)) for name in ("[CLS]", "[SEP]")]
    )
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    # What such files say about truncation and padding is not what sentence-transformers does.
    tokenizer.enable_truncation(12)
    tokenizer.enable_padding(length=12)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    tokenizer.no_truncation()
    tokenizer.no_padding()

    torch.manual_seed(8)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=40,
        max_position_embeddings=32, type_vocab_size=2, layer_norm_eps=1e-12,
    )  # fmt: skip
    bert = BertModel(config).eval()
    with torch.no_grad():
        for name, parameter in bert.named_parameters():
            # Larger than at the start of a training, so that sentences differ; scales around 1.
            noise = torch.randn_like(parameter) * 0.3
            parameter.copy_((noise + (1.0 if name.endswith("LayerNorm.weight") else 0.0)).half().float())
    state = {name: tensor.half().contiguous() for name, tensor in bert.state_dict().items() if "position_ids" not in name}
    state["embeddings.position_ids"] = torch.arange(32)[None]
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    settings = json.loads(config.to_json_string())
    kept = ("hidden_act", "hidden_size", "intermediate_size", "layer_norm_eps", "max_position_embeddings", "model_type", "num_attention_heads", "num_hidden_layers", "pad_token_id", "type_vocab_size", "vocab_size")
    write("tiny-bert/config.json", {key: settings[key] for key in kept})
    write("tiny-bert/sentence_bert_config.json", {"max_seq_length": 24, "do_lower_case": False})

    all_ids = [tokenizer.encode(sentence).ids for sentence in SENTENCES]
    used = [ids if len(ids) <= 24 else ids[:23] + ids[-1:] for ids in all_ids]
    length = max(map(len, used))
    input_ids = torch.tensor([ids + [0] * (length - len(ids)) for ids in used])
    mask = torch.tensor([[1] * len(ids) + [0] * (length - len(ids)) for ids in used])
    with torch.no_grad():
        hidden = bert(input_ids=input_ids, attention_mask=mask).last_hidden_state
        weights = mask[..., None].float()
        mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        embeddings = torch.nn.functional.normalize(mean, dim=1).numpy()
    cases = [{"sentence": s, "ids": i, "embedding": e} for s, i, e in zip(SENTENCES, all_ids, encoded(embeddings))]
    write("tiny-bert.json", {"maxLength": 24, "cases": cases})


tiny()
minilm(sys.argv[1])
