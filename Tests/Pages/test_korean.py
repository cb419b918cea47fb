"""In Korean nothing of the page is English but names: of runs, settings, layers, formats."""

import re
import unittest

from pages_case import PagesCase

# Every text that a person sees or hears, but for code and settings, which are names.
TEXTS = """(() => {
    const found = [];
    const walk = (element) => {
        if (element.matches("script, style, code, kbd, pre, .facts, option, #language")) return;
        if (!element.checkVisibility() && !element.closest(".sr")) return;
        for (const name of ["aria-label", "title", "placeholder"]) {
            if (element.getAttribute(name)) found.push(element.getAttribute(name));
        }
        for (const child of element.childNodes) {
            if (child.nodeType === Node.TEXT_NODE) found.push(child.textContent);
            else if (child.nodeType === Node.ELEMENT_NODE) walk(child);
        }
    };
    walk(document.body);
    return found;
})()"""

# Names of formats, keys, functions and measures.
NAMES = {"kalsae", "csv", "tsv", "svg", "esc", "delete", "kb", "mb", "relu", "leakyrelu", "sigmoid",
         "tanh", "ln", "roc", "auc", "rmse", "mae", "nan", "he", "utf"}

# Texts that are the same in all languages.
SAME = {"metric.rocAUC", "metric.r2", "metric.rmse", "metric.mae", "metric.of",
        "evaluation.as"}


def words(text):
    # Options, layers with their tensors, and factors of ten.
    text = re.sub(r"--[a-z][a-z-]*|\b[a-zA-Z]+\d+(\.\w+)?|\d[.\d]*e[-+−]?\d+", " ", text)
    return {word.lower() for word in re.findall(r"[A-Za-z]{2,}", text)}


class KoreanTests(PagesCase):
    def setUp(self):
        super().setUp()
        self.browser.run("localStorage.setItem('kalsae', JSON.stringify({ language: 'ko' }))")

    def known(self, run):
        """The words of names that people and the command gave."""
        details = self.server.get(f"/api/runs/{run}")
        study = self.server.get("/api/studies/iris")
        names = [one["name"] for one in self.server.get("/api/runs?limit=1000")["runs"]]
        names += [name for one in (details["configuration"], study["space"])
                  for name in re.findall(r"[\w-]+", str(one))]
        names += ["iris", "digits", "sweep", "fashion-mnist", "root", details["host"]]
        return NAMES | {word for name in names for word in words(name)} - {
            "loss", "accuracy", "model", "name", "parameters", "step", "epochs"}

    def test_languages_have_equal_keys(self):
        english, korean = self.browser.run("""Promise.all(["en", "ko"].map((name) =>
            import(`/assets/words/${name}.js`))).then((all) => all.map((one) => one.default))""")
        self.assertEqual(set(english), set(korean))
        for key, text in english.items():
            with self.subTest(key):
                self.assertEqual(*[set(re.findall(r"\{\w+\}", one))
                                   for one in (text, korean[key])])
                self.assertFalse(re.search(r"[가-힣]", text))
                if key not in SAME:
                    self.assertTrue(re.search(r"[가-힣]", korean[key]), korean[key])

    def check(self, path, ready, known):
        self.open(path, ready)
        for text in self.browser.run(TEXTS):
            self.assertEqual(words(text) - known, set(), f"{path}: {text}")

    def test_runs_have_no_english(self):
        run = self.server.run_named("digits")
        known = self.known(run)
        for path, ready in [("/runs", "tbody tr"), ("/tree", "main h1"), ("/digit", "#digit"),
                            ("/train", ".drop")]:
            with self.subTest(path):
                self.check(path, ready, known)
        for tab, ready in [("curves", ".chart .curve"), ("layers", ".plot rect"),
                           ("events", ".card h2"), ("settings", ".facts dt"),
                           ("network", ".tab-panel table tbody tr"), ("files", "tbody tr"),
                           ("doctor", ".finding"), ("evaluation", "#evaluate"),
                           ("system", ".empty")]:
            with self.subTest(tab):
                self.check(f"/runs/{run}/{tab}", ready, known)

    def test_data_are_told_in_korean(self):
        run = self.server.run_named("digits")
        self.open(f"/runs/{run}/settings", ".facts dt")
        self.assertIn("행, 숫자 784개", self.text(".tab-panel"))

    def test_studies_have_no_english(self):
        known = self.known(self.server.run_named("digits"))
        for path, ready in [("/studies", "tbody tr"), ("/studies/iris", ".dot"),
                            ("/studies/iris/parameters", ".ground rect"),
                            ("/studies/iris/trials", "tr[data-trial]"),
                            ("/studies/iris/timeline", ".plot rect")]:
            with self.subTest(path):
                self.check(path, ready, known)

    def test_guesses_have_no_english(self):
        """Of a table with gaps, dates, free texts, a number of the row, and a constant."""
        rows = "\\n".join(f"{row},{'' if row % 5 == 0 else row % 17},2024-0{row % 9 + 1}-11,"
                          f"w{row * 7} of {row * row} said,1,{'bc'[row % 2]}" for row in range(90))
        self.open("/train", ".drop")
        self.browser.run(f"""(() => {{
            const files = new DataTransfer();
            files.items.add(new File(["id,a,day,note,same,kind\\n{rows}\\n"], "t.csv"));
            document.querySelector("main").dispatchEvent(new DragEvent("drop", {{
                dataTransfer: files, bubbles: true, cancelable: true }}));
        }})()""")
        self.wait("!!document.querySelector('#target')", "a form", 30)
        known = NAMES | {"id", "a", "day", "note", "same", "kind", "iris", "digits", "mnist",
                         "fashion", "utf"}
        texts = self.browser.run(TEXTS)
        self.assertTrue(any("행의 번호" in text for text in texts), texts)
        for text in texts:
            self.assertEqual(words(text) - known, set(), text)

    def test_measures_have_no_english(self):
        run = self.server.run_named("digits")
        self.open(f"/runs/{run}/evaluation", "#evaluate")
        self.browser.click("#evaluate")
        self.wait("!!document.querySelector('.test-numbers')", "numbers", 60)
        known = self.known(run)
        for text in self.browser.run(TEXTS):
            self.assertEqual(words(text) - known, set(), text)


if __name__ == "__main__":
    unittest.main()
