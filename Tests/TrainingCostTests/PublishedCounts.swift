import TrainingCost

/// What is published of the size of models, against which shapes are counted.
enum PublishedCounts {
  /// Parameters of the released weights, as the model hub totals its files; tied matrices once.
  static let weights: [(model: String, params: Int)] = [
    ("gpt2", 124_439_808),
    ("gpt2-medium", 354_823_168),
    ("gpt2-large", 774_030_080),
    ("gpt2-xl", 1_557_611_200),
    ("opt-125m", 125_239_296),
    ("opt-1.3b", 1_315_758_080),
    ("opt-2.7b", 2_651_596_800),
    ("opt-6.7b", 6_658_473_984),
    ("opt-13b", 12_853_473_280),
    ("opt-30b", 29_974_540_288),
    ("llama-7b", 6_738_415_616),
    ("llama-13b", 13_015_864_320),
    ("llama-33b", 32_528_943_616),
    ("llama-65b", 65_285_660_672),
    ("llama-2-70b", 68_976_648_192),
    ("codellama-34b", 33_743_970_304),
    ("llama-3-8b", 8_030_261_248),
    ("llama-3-70b", 70_553_706_496),
    ("llama-3-405b", 405_853_388_800),
    ("llama-3.2-1b", 1_235_814_400),
    ("llama-3.2-3b", 3_212_749_824),
    ("tinyllama-1.1b", 1_100_048_384),
    ("smollm-135m", 134_515_008),
    ("smollm-360m", 361_821_120),
    ("smollm-1.7b", 1_711_376_384),
    ("mistral-7b", 7_241_732_096),
    ("mistral-7b-v0.3", 7_248_023_552),
    ("mistral-nemo-12b", 12_247_782_400),
    ("mixtral-8x7b", 46_702_792_704),
    ("mixtral-8x22b", 140_630_071_296),
    ("yi-6b", 6_061_035_520),
    ("yi-34b", 34_388_917_248),
    ("deepseek-llm-7b", 6_910_365_696),
    ("deepseek-moe-16b", 16_375_728_128),
    ("deepseek-v2-lite", 15_706_484_224),
    ("deepseek-v2", 235_741_434_880),
    ("deepseek-v3", 671_026_419_200),
    ("qwen2.5-0.5b", 494_032_768),
    ("qwen2.5-1.5b", 1_543_714_304),
    ("qwen2.5-3b", 3_085_938_688),
    ("qwen2.5-7b", 7_615_616_512),
    ("qwen2.5-14b", 14_770_033_664),
    ("qwen2.5-32b", 32_763_876_352),
    ("qwen2.5-72b", 72_706_203_648),
    ("qwen3-0.6b", 596_049_920),
    ("qwen3-1.7b", 1_720_574_976),
    ("qwen3-4b", 4_022_468_096),
    ("qwen3-8b", 8_190_735_360),
    ("qwen3-14b", 14_768_307_200),
    ("qwen3-32b", 32_762_123_264),
    ("qwen3-30b-a3b", 30_532_122_624),
    ("qwen3-235b-a22b", 235_093_634_560),
    ("gemma-2b", 2_506_172_416),
    ("gemma-7b", 8_537_680_896),
    ("gemma-2-2b", 2_614_341_888),
    ("gemma-2-9b", 9_241_705_984),
    ("gemma-2-27b", 27_227_128_320),
    ("gemma-3-1b", 999_885_952),
    ("olmo-1b", 1_176_764_416),
    ("olmo-7b", 6_888_095_744),
    ("olmo-2-1b", 1_484_916_736),
    ("olmo-2-7b", 7_298_617_344),
    ("olmo-2-13b", 13_716_198_400),
    ("olmo-2-32b", 32_234_279_936),
    ("falcon-7b", 6_921_720_704),
    ("falcon-40b", 41_303_293_952),
    ("falcon-180b", 179_522_565_120),
    ("mpt-7b", 6_649_286_656),
    ("phi-1.5", 1_418_270_720),
    ("phi-2", 2_779_683_840),
    ("phi-3-mini", 3_821_079_552),
    ("phi-4", 14_659_507_200),
    ("starcoder2-15b", 15_957_889_024),
  ]

  /// Parameters as the authors print them in full: the cards of BLOOM, the paper of GPT-NeoX-20B, the README of Pythia.
  static let printed: [(model: String, params: Int)] = [
    ("bloom-560m", 559_214_592), ("bloom-1b1", 1_065_314_304), ("bloom-1b7", 1_722_408_960),
    ("bloom-3b", 3_002_557_440), ("bloom-7b1", 7_069_016_064), ("bloom-176b", 176_247_271_424),
    ("gpt-neox-20b", 20_554_567_680),
  ]

  /// Pythia's README: all parameters, and those without embeddings.
  static let pythia: [(model: String, params: Int, nonEmbedding: Int)] = [
    ("pythia-70m", 70_426_624, 18_915_328), ("pythia-160m", 162_322_944, 85_056_000),
    ("pythia-410m", 405_334_016, 302_311_424), ("pythia-1b", 1_011_781_632, 805_736_448),
    ("pythia-1.4b", 1_414_647_808, 1_208_602_624), ("pythia-2.8b", 2_775_208_960, 2_517_652_480),
    ("pythia-6.9b", 6_857_302_016, 6_444_163_072), ("pythia-12b", 11_846_072_320, 11_327_027_200),
  ]

  /// Sizes in billions as printed, to the digits printed: papers and model cards as the catalog cites them.
  static let rounded: [(model: String, billions: String)] = [
    ("gpt-3", "175"), ("megatron-1t", "1008"), ("opt-66b", "66"), ("opt-175b", "175"), ("palm-8b", "8.63"),
    ("palm-62b", "62.50"), ("palm-540b", "540"), ("mpt-30b", "30"), ("deepseek-llm-67b", "67"), ("dbrx", "132"),
    ("qwen2-57b-a14b", "57"), ("gpt-oss-20b", "20.91"), ("gpt-oss-120b", "116.83"), ("starcoder", "15.5"),
    ("gpt-j-6b", "6.05"),
  ]

  /// Parameters that a token uses, in billions as printed. Some cards leave the input embedding out.
  static let active: [(model: String, billions: String, withInputEmbedding: Bool)] = [
    ("mixtral-8x7b", "12.9", true), ("mixtral-8x22b", "39", true), ("dbrx", "36", true),
    ("qwen2-57b-a14b", "14", true), ("qwen3-30b-a3b", "3.3", true), ("qwen3-235b-a22b", "22", true),
    ("deepseek-moe-16b", "2.8", true), ("deepseek-v2-lite", "2.4", false), ("deepseek-v2", "21", true),
    ("deepseek-v3", "37", false), ("kimi-k2", "32", false), ("gpt-oss-20b", "3.61", false),
    ("gpt-oss-120b", "5.13", false),
  ]
}
