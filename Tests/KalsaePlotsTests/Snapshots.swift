/// Checksums of documents that were looked at. A change of looks changes them: look again, with
/// `KALSAE_GALLERY=FOLDER`, which writes all documents there.
enum Snapshots {
    static let documents: [String: UInt64] = [
        "line": 3_655_254_977_514_639_186,
        "band": 4_068_796_369_962_321_476,
        "scatter": 11_437_751_477_119_369_872,
        "bars": 9_448_799_803_948_775_806,
        "histogram": 9_120_316_578_501_294_845,
        "heatMap": 12_097_343_646_539_937_637,
        "contour": 3_932_545_220_721_412_837,
        "images": 8_295_600_813_074_208_168,
        "regions": 10_801_983_046_626_634_494,
        "boxes": 15_338_267_508_923_589_578,
        "parallel": 6_633_962_959_179_409_575,
        "confusion": 12_888_570_618_644_379_942,
        "roc": 10_160_213_433_628_576_750,
        "precisionRecall": 15_855_239_202_820_847_545,
        "reliability": 5_382_547_854_920_810_364,
        "graph": 3_409_147_689_507_230_612,
    ]
}
