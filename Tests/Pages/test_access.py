"""For everyone: axe-core finds nothing, both languages, both themes, narrow screens."""

import importlib.util
import os
import re
import unittest

from pages_case import PagesCase

# Of that package only the script of axe-core is used, so that it is installed without Playwright.
AXE = os.path.join(os.path.dirname(importlib.util.find_spec("axe_playwright_python").origin),
                   "axe.min.js")
WORDS = os.path.join(os.path.dirname(__file__), "../../Sources/CKalsaePages/pages/words")


def source(language):
    """Both modules of a language."""
    texts = []
    for name in (f"{language}.js", f"{language}-tools.js"):
        with open(os.path.join(WORDS, name)) as file:
            texts.append(file.read())
    return "".join(texts)


def keys(language):
    return re.findall(r'^    "?([A-Za-z][A-Za-z.-]*)"?:', source(language), re.M)


def blanks(language):
    """The placeholders of each key."""
    text = source(language)
    pairs = re.findall(r'^    "?([A-Za-z][A-Za-z.-]*)"?:\s*"(.*)",$', text, re.M)
    return {key: sorted(re.findall(r"\{(\w+)\}", value)) for key, value in pairs}


class AccessTests(PagesCase):
    def pages(self):
        key = self.server.run_named("digits")
        live = self.server.run_named("digits-live")
        return {
            "runs": ("/runs", ".runs tbody tr"), "live": (f"/runs/{live}", ".plot .curve"),
            "layers": (f"/runs/{key}/layers", ".plot rect"),
            "events": (f"/runs/{live}/events", "main .card"),
            "settings": (f"/runs/{key}/settings", ".facts"),
            "network": (f"/runs/{key}/network", ".tab-panel table"),
            "files": (f"/runs/{key}/files", "table"),
            "doctor": (f"/runs/{key}/doctor", ".finding"),
            "evaluation": (f"/runs/{key}/evaluation", "#evaluate"),
            "system": (f"/runs/{live}/system", ".plot .axis-line"),
            "compare": (f"/compare/{key},{live}", ".plot .curve"), "tree": ("/tree", ".tree li"),
            "studies": ("/studies", "tbody tr"), "study": ("/studies/iris", ".brush-area"),
            "parameters": ("/studies/iris/parameters", ".ground"),
            "trials": ("/studies/iris/trials", "tr[data-trial]"),
            "timeline": ("/studies/iris/timeline", ".plot rect"),
            "train": ("/train", ".drop"), "digit": ("/digit", "#digit"),
        }

    def picture(self, name):
        folder = os.environ.get("KALSAE_PAGES_PICTURES")
        if folder:
            os.makedirs(folder, exist_ok=True)
            self.browser.picture(os.path.join(folder, f"page-{name}.png"))

    def check(self, what):
        with open(AXE) as file:
            self.browser.run(file.read() + "; true")
        found = self.browser.run("""axe.run(document, { resultTypes: ["violations"] })
            .then(({ violations }) => violations.map((one) => `${one.id}: ` + one.nodes
                .slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join("; ")))""")
        self.assertEqual(found, [], what)

    def each_page(self, theme, language):
        self.browser.prefer(theme)
        self.browser.run(f"localStorage.setItem('kalsae', JSON.stringify("
                         f"{{ language: '{language}' }}))")
        for name, (path, ready) in self.pages().items():
            with self.subTest(f"{name}, {theme}, {language}"):
                self.open(path, ready)
                self.picture(f"{name}-{theme}-{language}")
                self.check(name)

    def test_axe_light_english(self):
        self.each_page("light", "en")

    def test_axe_dark_english(self):
        self.each_page("dark", "en")

    def test_axe_light_korean(self):
        self.each_page("light", "ko")

    def test_axe_dark_korean(self):
        self.each_page("dark", "ko")

    def test_axe_dialogs(self):
        self.open(f"/runs/{self.server.run_named('digits')}")
        for selector in (".actions button.danger", "#branch", ".chart .tools button"):
            with self.subTest(selector):
                self.browser.click(selector)
                self.wait("!!document.querySelector('dialog[open]')", "a dialog")
                self.check(selector)
                self.browser.key("Escape")
                self.wait("!document.querySelector('dialog')", "no dialog")

    def test_narrow_screens(self):
        self.browser.resize(360, 740)
        for name, (path, ready) in self.pages().items():
            with self.subTest(name):
                self.open(path, ready)
                self.picture(f"{name}-narrow")
                self.assertLessEqual(
                    self.browser.run("document.documentElement.scrollWidth"), 360)

    def test_languages_have_the_same_keys(self):
        self.assertGreater(len(keys("en")), 200)
        self.assertEqual(keys("en"), keys("ko"))
        self.assertEqual(len(keys("en")), len(set(keys("en"))))
        self.assertEqual(blanks("en"), blanks("ko"))

    def test_texts_of_the_pages_exist(self):
        used = set()
        for folder, _, names in os.walk(os.path.dirname(WORDS)):
            for name in names:
                if name.endswith(".js"):
                    with open(os.path.join(folder, name)) as file:
                        used |= set(re.findall(r'\bt\(\s*"([\w.-]+)"', file.read()))
        self.assertGreater(len(used), 150)
        self.assertEqual(used - set(keys("en")), set())

    def test_language_and_theme_are_remembered(self):
        self.open("/runs")
        self.browser.click("#language")
        self.wait("document.documentElement.lang === 'ko'"
                  " && document.querySelector('main h1')?.innerText === '실행'", "Korean")
        self.browser.click("#theme")
        self.browser.click("#theme")
        self.wait("document.documentElement.dataset.theme === 'dark'", "the dark theme")
        self.open("/runs")
        self.assertEqual(self.text("main h1"), "실행")
        self.assertEqual(self.browser.run("document.documentElement.dataset.theme"), "dark")


if __name__ == "__main__":
    unittest.main()
