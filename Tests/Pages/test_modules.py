"""Numbers of the pages' modules against numbers that are computed here."""

import json
import math
import random
import re
import unittest

from pages_case import PagesCase


class ModulesTests(PagesCase):
    def call(self, module, expression):
        """The value of an expression of a module `m`."""
        return self.browser.run(f"import('/assets/{module}').then((m) => ({expression}))")

    def test_smoothing(self):
        values = [random.Random(1).gauss(0, 1) for _ in range(50)]
        total, wanted = 0.0, []
        for index, value in enumerate(values):
            total = 0.9 * total + 0.1 * value
            wanted.append(total / (1 - 0.9 ** (index + 1)))
        got = self.call("charts/curve.js", f"m.smoothed({values}, 0.9)")
        self.assertEqual(len(got), len(wanted))
        for one, other in zip(got, wanted):
            # A hundred additions and products of doubles of this size.
            self.assertAlmostEqual(one, other, delta=1e-12)

    def test_paths_keep_extremes_with_few_points(self):
        source = random.Random(2)
        values = [source.gauss(0, 1) for _ in range(20_000)]
        values[7777], values[12_345] = 99, -99
        text = self.call("charts/curve.js", f"""m.path({values}.map((_, index) => index), {values},
            (x) => x / 200, (y) => y)""")
        points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", text)
        # 100 pixels in halves, each with a first, lowest, highest and last point.
        self.assertLessEqual(len(points), 4 * 201)
        self.assertIn("99.0", {y for _, y in points})
        self.assertIn("-99.0", {y for _, y in points})

    def test_paths_break_where_a_value_is_missing(self):
        text = self.call("charts/curve.js",
                         "m.path([0, 1, 2, 3], [1, NaN, 2, 3], (x) => x, (y) => y)")
        self.assertEqual(text, "M0.0 1.0M2.0 2.0L3.0 3.0")

    def test_scales(self):
        ticks = self.call("charts/scale.js", """m.makeScale("linear", [0, 9.7], [0, 100]).ticks(5)
            .map((tick) => tick.value)""")
        self.assertEqual(ticks, [0, 2, 4, 6, 8])
        ticks = self.call("charts/scale.js", """m.makeScale("log", [1e-4, 0.03], [0, 100]).ticks(5)
            .map((tick) => tick.value)""")
        self.assertEqual(ticks, [1e-4, 1e-3, 1e-2])
        ticks = self.call("charts/scale.js", """m.makeScale("integer", [1, 3], [0, 100]).ticks(9)
            .map((tick) => tick.text)""")
        self.assertEqual(ticks, ["1", "2", "3"])
        # An axis has one unit, and whole numbers no halves.
        for domain, wanted in [([0, 8e6], ["0", "2M", "4M", "6M", "8M"]),
                               ([0, 8e5], ["0", "200k", "400k", "600k", "800k"]),
                               ([0, 2.5e6], ["0", "0.5M", "1M", "1.5M", "2M", "2.5M"]),
                               ([0, 2], ["0", "1", "2"]),
                               ([0, 25000], ["0", "5k", "10k", "15k", "20k", "25k"])]:
            ticks = self.call("charts/scale.js", f"""m.makeScale("integer", {domain}, [0, 100])
                .ticks(5).map((tick) => tick.text)""")
            self.assertEqual(ticks, wanted)
        back = self.call("charts/scale.js", """(() => {
            const scale = m.makeScale("log", [1e-4, 1], [10, 410]);
            return [scale(1e-2), scale.invert(scale(3e-3))];
        })()""")
        self.assertAlmostEqual(back[0], 210)
        self.assertAlmostEqual(back[1], 3e-3)

    def test_curves_have_colors_of_their_own(self):
        for names in (["validation/loss", "additive/loss", "linear/loss"], ["rate"],
                      ["loss", "train/loss", "validation/loss"], ["a", "b", "c"]):
            colors = self.call("views/curves.js",
                               f"{json.dumps(names)}.map((name, _, all) => m.colorOf(name, all))")
            self.assertEqual(len(set(map(str, colors))), len(names), names)
        self.assertEqual(self.call("views/curves.js", "m.colorOf('validation/x', ['validation/x'])"), 1)

    def test_scales_of_ranks(self):
        values = [5, 1, 4, 2, 3, 1000, 7, 6, 8]
        ticks = self.call("charts/colorbar.js", f"m.rankTicks({values})")
        ranked = sorted(values)
        # The least, the quarters, the greatest: every second of nine.
        self.assertEqual([tick["text"] for tick in ticks], [str(one) for one in ranked[::2]])
        self.assertEqual([tick["share"] for tick in ticks], [0, 0.25, 0.5, 0.75, 1])
        self.assertEqual(self.call("charts/colorbar.js", "m.rankTicks([2, 2, NaN]).length"), 1)

    def test_numbers(self):
        for value, text in [("0.0005", "0.0005"), ("1e-7", "1e−7"), ("-1.23456", "−1.235"),
                            ("12345", "12,345"), ("null", "NaN"), ("'-inf'", "−∞"),
                            ("undefined", "–"), ("1e9", "1e9")]:
            with self.subTest(value):
                self.assertEqual(self.call("core/format.js", f"m.number({value})"), text)
        self.assertEqual(self.call("core/format.js", "m.duration(3_725_000)"), "1 h 2 min")
        self.assertEqual(self.call("core/format.js", "[59.5, 61, 3661].map(m.clock).join()"),
                         "59.5 s,1:01,1:01:01")

    def test_files(self):
        text = self.call("charts/saving.js", """m.csvText({ columns: ["a", "b,c"],
            rows: [['x"y', NaN], ["z", -Infinity], ["q", 0.1]] })""")
        self.assertEqual(text, 'a,"b,c"\n"x""y",nan\nz,-inf\nq,0.1\n')

    def points(self, calls):
        return self.call("views/run-data.js", f"""(() => {{
            const data = new m.RunData("key", new AbortController().signal);
            data.run = {{ metrics: [] }};
            data.series.set("loss", {{ step: [], epoch: [], time: [], value: [] }});
            for (const [steps, values] of {json.dumps(calls)}) {{
                data.append({{ metric: "loss", step: steps, epoch: steps, time: steps,
                    value: values }});
            }}
            return data.series.get("loss");
        }})()""")

    def test_points_behind_a_roll_back_hide_those_before(self):
        series = self.points([([1, 2, 3, 4], [4, 3, 2, 1]), ([3, 4], [9, 8]), ([5], [7])])
        self.assertEqual(series["step"], [1, 2, 3, 4, 5])
        self.assertEqual(series["value"], [4, 3, 9, 8, 7])

    def test_long_curves_are_thinned(self):
        values = [math.sin(step / 100) for step in range(9000)]
        values[4321] = 50
        series = self.points([(list(range(at, at + 1000)), values[at:at + 1000])
                              for at in range(0, 9000, 1000)])
        self.assertLessEqual(len(series["step"]), 4000)
        self.assertIn(50, series["value"])
        self.assertEqual(series["step"], sorted(set(series["step"])))
        self.assertEqual(series["step"][-1], 8999)

    def test_settings_of_any_depth(self):
        result = self.call("views/run-details.js", """(() => {
            let deep = 1;
            for (let count = 0; count < 3000; count += 1) deep = { a: deep };
            return [m.flat({ b: { c: 2 }, d: [1, 2] }), m.flat(deep)[0][1]];
        })()""")
        self.assertEqual(result, [[["b.c", 2], ["d", [1, 2]]], 1])

    def test_pareto_front(self):
        source = random.Random(3)
        values = [[source.randint(0, 30), source.randint(0, 30)] for _ in range(200)]
        best = {tuple(a) for a in values
                if not any(b[0] <= a[0] and b[1] >= a[1] and b != a for b in values)}
        got = self.call("views/study-data.js", f"""(() => {{
            const data = new m.StudyData("s", undefined);
            data.study = {{ directions: ["minimize", "maximize"] }};
            data.trials = {values}.map((objectives, number) =>
                ({{ number, state: "complete", objectives, parameters: {{}} }}));
            return data.front([0, 1]).map((trial) => trial.objectives);
        }})()""")
        self.assertEqual({tuple(one) for one in got}, best)

    def test_digits_are_scaled_and_centered(self):
        pixels = self.call("core/digits.js", """(() => {
            const ink = new Uint8Array(280 * 280);
            for (let y = 20; y < 160; y += 1) {
                for (let x = 200; x < 240; x += 1) ink[y * 280 + x] = 255;
            }
            return m.normalized(ink, 280);
        })()""")
        self.assertEqual(len(pixels), 784)
        rows = [index // 28 for index, value in enumerate(pixels) if value > 127]
        columns = [index % 28 for index, value in enumerate(pixels) if value > 127]
        self.assertEqual(max(rows) - min(rows) + 1, 20)
        mass = sum(pixels)
        center = [sum(value * (line(index) + 0.5) for index, value in enumerate(pixels)) / mass
                  for line in (lambda index: index // 28, lambda index: index % 28)]
        # A block of 140 x 40 becomes 20 x 5.7 pixels around the middle, 14, to half a pixel.
        for value in center:
            self.assertAlmostEqual(value, 14, delta=0.5)
        self.assertLessEqual(max(columns) - min(columns) + 1, 7)
        rows = self.call("core/digits.js", """(() => {
            const ink = new Uint8Array(280 * 280);
            for (let y = 20; y < 160; y += 1) ink.fill(255, y * 280 + 200, y * 280 + 240);
            ink.fill(255, 20 * 280 + 100, 20 * 280 + 240);
            return m.normalized(ink, 280, m.frames.digits);
        })()""")
        rows = [index // 28 for index, value in enumerate(rows) if value > 127]
        self.assertEqual((min(rows), max(rows)), (2, 25))

    def test_metrics_share_charts(self):
        groups = self.call("views/chart-groups.js", """m.chartGroups([
            { name: "loss", count: 9 }, { name: "rate", count: 1 }, { name: "train/loss", count: 3 },
            { name: "validation/loss", count: 3 }, { name: "validation/accuracy", count: 3 },
            { name: "linear/loss", count: 3 }, { name: "gradient/dense1", count: 3 },
            { name: "test/loss", count: 1 }]).map((group) => [group.title, group.names, group.gap])""")
        self.assertEqual(groups, [
            ["loss", ["loss", "train/loss", "validation/loss", "linear/loss"],
             ["train/loss", "validation/loss"]],
            ["rate", ["rate"], None], ["accuracy", ["validation/accuracy"], None]])

    def test_what_a_table_measures_once_is_a_number(self):
        metrics = """[{ name: "wide/loss", count: 9 }, { name: "validation/loss", count: 1 },
            { name: "validation/f1", count: 1 }, { name: "test/f1", count: 1 }]"""
        charts = self.call("views/chart-groups.js",
                           f"m.chartGroups({metrics}, true).map((group) => group.names)")
        self.assertEqual(charts, [["wide/loss"]])
        numbers = self.call("views/chart-groups.js", f"""m.singleNumbers({metrics}, true)
            .map(([part, found]) => [part, found.map((metric) => metric.name)])""")
        self.assertEqual(numbers, [["validation", ["validation/loss", "validation/f1"]],
                                   ["test", ["test/f1"]]])
        numbers = self.call("views/chart-groups.js", f"""m.singleNumbers({metrics}, false)
            .map(([part, found]) => [part, found.map((metric) => metric.name)])""")
        self.assertEqual(numbers, [["test", ["test/f1"]]])


if __name__ == "__main__":
    unittest.main()
