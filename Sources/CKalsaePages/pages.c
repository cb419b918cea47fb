// Written by Scripts/list-pages.
#include "CKalsaePages.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char app_js[] = {
#embed "pages/app.js"
}, boot_js[] = {
#embed "pages/boot.js"
}, charts_bars_js[] = {
#embed "pages/charts/bars.js"
}, charts_colors_js[] = {
#embed "pages/charts/colors.js"
}, charts_contour_js[] = {
#embed "pages/charts/contour.js"
}, charts_curve_js[] = {
#embed "pages/charts/curve.js"
}, charts_figure_js[] = {
#embed "pages/charts/figure.js"
}, charts_group_js[] = {
#embed "pages/charts/group.js"
}, charts_line_js[] = {
#embed "pages/charts/line.js"
}, charts_marks_js[] = {
#embed "pages/charts/marks.js"
}, charts_parallel_js[] = {
#embed "pages/charts/parallel.js"
}, charts_plot_js[] = {
#embed "pages/charts/plot.js"
}, charts_colorbar_js[] = {
#embed "pages/charts/colorbar.js"
}, charts_ramp_js[] = {
#embed "pages/charts/ramp.js"
}, charts_saving_js[] = {
#embed "pages/charts/saving.js"
}, charts_scale_js[] = {
#embed "pages/charts/scale.js"
}, charts_scatter_js[] = {
#embed "pages/charts/scatter.js"
}, charts_timeline_js[] = {
#embed "pages/charts/timeline.js"
}, core_api_js[] = {
#embed "pages/core/api.js"
}, core_dialogs_js[] = {
#embed "pages/core/dialogs.js"
}, core_digits_js[] = {
#embed "pages/core/digits.js"
}, core_dom_js[] = {
#embed "pages/core/dom.js"
}, core_drop_js[] = {
#embed "pages/core/drop.js"
}, core_format_js[] = {
#embed "pages/core/format.js"
}, core_kept_js[] = {
#embed "pages/core/kept.js"
}, core_keys_js[] = {
#embed "pages/core/keys.js"
}, core_parts_js[] = {
#embed "pages/core/parts.js"
}, core_stream_js[] = {
#embed "pages/core/stream.js"
}, core_theme_js[] = {
#embed "pages/core/theme.js"
}, core_words_js[] = {
#embed "pages/core/words.js"
}, css_base_css[] = {
#embed "pages/css/base.css"
}, css_charts_css[] = {
#embed "pages/css/charts.css"
}, css_controls_css[] = {
#embed "pages/css/controls.css"
}, css_dialogs_css[] = {
#embed "pages/css/dialogs.css"
}, css_layout_css[] = {
#embed "pages/css/layout.css"
}, css_pages_css[] = {
#embed "pages/css/pages.css"
}, css_series_css[] = {
#embed "pages/css/series.css"
}, css_tables_css[] = {
#embed "pages/css/tables.css"
}, css_tools_css[] = {
#embed "pages/css/tools.css"
}, icon_svg[] = {
#embed "pages/icon.svg"
}, index_html[] = {
#embed "pages/index.html"
}, views_chart_groups_js[] = {
#embed "pages/views/chart-groups.js"
}, views_checkpoint_slider_js[] = {
#embed "pages/views/checkpoint-slider.js"
}, views_compare_js[] = {
#embed "pages/views/compare.js"
}, views_curves_js[] = {
#embed "pages/views/curves.js"
}, views_digit_js[] = {
#embed "pages/views/digit.js"
}, views_lesson_parts_js[] = {
#embed "pages/views/lesson-parts.js"
}, views_lesson_js[] = {
#embed "pages/views/lesson.js"
}, views_lessons_js[] = {
#embed "pages/views/lessons.js"
}, views_run_data_js[] = {
#embed "pages/views/run-data.js"
}, views_run_details_js[] = {
#embed "pages/views/run-details.js"
}, views_run_edit_js[] = {
#embed "pages/views/run-edit.js"
}, views_run_evaluation_js[] = {
#embed "pages/views/run-evaluation.js"
}, views_run_layers_js[] = {
#embed "pages/views/run-layers.js"
}, views_run_marks_js[] = {
#embed "pages/views/run-marks.js"
}, views_run_rows_js[] = {
#embed "pages/views/run-rows.js"
}, views_run_system_js[] = {
#embed "pages/views/run-system.js"
}, views_run_js[] = {
#embed "pages/views/run.js"
}, views_runs_js[] = {
#embed "pages/views/runs.js"
}, views_search_form_js[] = {
#embed "pages/views/search-form.js"
}, views_steer_js[] = {
#embed "pages/views/steer.js"
}, views_studies_js[] = {
#embed "pages/views/studies.js"
}, views_study_charts_js[] = {
#embed "pages/views/study-charts.js"
}, views_study_data_js[] = {
#embed "pages/views/study-data.js"
}, views_study_parallel_js[] = {
#embed "pages/views/study-parallel.js"
}, views_study_trials_js[] = {
#embed "pages/views/study-trials.js"
}, views_study_js[] = {
#embed "pages/views/study.js"
}, views_train_form_js[] = {
#embed "pages/views/train-form.js"
}, views_train_js[] = {
#embed "pages/views/train.js"
}, views_tree_js[] = {
#embed "pages/views/tree.js"
}, words_en_tools_js[] = {
#embed "pages/words/en-tools.js"
}, words_en_js[] = {
#embed "pages/words/en.js"
}, words_ko_tools_js[] = {
#embed "pages/words/ko-tools.js"
}, words_ko_js[] = {
#embed "pages/words/ko.js"
};

#define PAGE(path, kind, bytes) {path, kind, bytes, sizeof(bytes)}
static const kpages_page pages[] = {
    PAGE("app.js", "text/javascript; charset=utf-8", app_js),
    PAGE("boot.js", "text/javascript; charset=utf-8", boot_js),
    PAGE("charts/bars.js", "text/javascript; charset=utf-8", charts_bars_js),
    PAGE("charts/colors.js", "text/javascript; charset=utf-8", charts_colors_js),
    PAGE("charts/contour.js", "text/javascript; charset=utf-8", charts_contour_js),
    PAGE("charts/curve.js", "text/javascript; charset=utf-8", charts_curve_js),
    PAGE("charts/figure.js", "text/javascript; charset=utf-8", charts_figure_js),
    PAGE("charts/group.js", "text/javascript; charset=utf-8", charts_group_js),
    PAGE("charts/line.js", "text/javascript; charset=utf-8", charts_line_js),
    PAGE("charts/marks.js", "text/javascript; charset=utf-8", charts_marks_js),
    PAGE("charts/parallel.js", "text/javascript; charset=utf-8", charts_parallel_js),
    PAGE("charts/plot.js", "text/javascript; charset=utf-8", charts_plot_js),
    PAGE("charts/colorbar.js", "text/javascript; charset=utf-8", charts_colorbar_js),
    PAGE("charts/ramp.js", "text/javascript; charset=utf-8", charts_ramp_js),
    PAGE("charts/saving.js", "text/javascript; charset=utf-8", charts_saving_js),
    PAGE("charts/scale.js", "text/javascript; charset=utf-8", charts_scale_js),
    PAGE("charts/scatter.js", "text/javascript; charset=utf-8", charts_scatter_js),
    PAGE("charts/timeline.js", "text/javascript; charset=utf-8", charts_timeline_js),
    PAGE("core/api.js", "text/javascript; charset=utf-8", core_api_js),
    PAGE("core/dialogs.js", "text/javascript; charset=utf-8", core_dialogs_js),
    PAGE("core/digits.js", "text/javascript; charset=utf-8", core_digits_js),
    PAGE("core/dom.js", "text/javascript; charset=utf-8", core_dom_js),
    PAGE("core/drop.js", "text/javascript; charset=utf-8", core_drop_js),
    PAGE("core/format.js", "text/javascript; charset=utf-8", core_format_js),
    PAGE("core/kept.js", "text/javascript; charset=utf-8", core_kept_js),
    PAGE("core/keys.js", "text/javascript; charset=utf-8", core_keys_js),
    PAGE("core/parts.js", "text/javascript; charset=utf-8", core_parts_js),
    PAGE("core/stream.js", "text/javascript; charset=utf-8", core_stream_js),
    PAGE("core/theme.js", "text/javascript; charset=utf-8", core_theme_js),
    PAGE("core/words.js", "text/javascript; charset=utf-8", core_words_js),
    PAGE("css/base.css", "text/css; charset=utf-8", css_base_css),
    PAGE("css/charts.css", "text/css; charset=utf-8", css_charts_css),
    PAGE("css/controls.css", "text/css; charset=utf-8", css_controls_css),
    PAGE("css/dialogs.css", "text/css; charset=utf-8", css_dialogs_css),
    PAGE("css/layout.css", "text/css; charset=utf-8", css_layout_css),
    PAGE("css/pages.css", "text/css; charset=utf-8", css_pages_css),
    PAGE("css/series.css", "text/css; charset=utf-8", css_series_css),
    PAGE("css/tables.css", "text/css; charset=utf-8", css_tables_css),
    PAGE("css/tools.css", "text/css; charset=utf-8", css_tools_css),
    PAGE("icon.svg", "image/svg+xml", icon_svg),
    PAGE("index.html", "text/html; charset=utf-8", index_html),
    PAGE("views/chart-groups.js", "text/javascript; charset=utf-8", views_chart_groups_js),
    PAGE("views/checkpoint-slider.js", "text/javascript; charset=utf-8", views_checkpoint_slider_js),
    PAGE("views/compare.js", "text/javascript; charset=utf-8", views_compare_js),
    PAGE("views/curves.js", "text/javascript; charset=utf-8", views_curves_js),
    PAGE("views/digit.js", "text/javascript; charset=utf-8", views_digit_js),
    PAGE("views/lesson-parts.js", "text/javascript; charset=utf-8", views_lesson_parts_js),
    PAGE("views/lesson.js", "text/javascript; charset=utf-8", views_lesson_js),
    PAGE("views/lessons.js", "text/javascript; charset=utf-8", views_lessons_js),
    PAGE("views/run-data.js", "text/javascript; charset=utf-8", views_run_data_js),
    PAGE("views/run-details.js", "text/javascript; charset=utf-8", views_run_details_js),
    PAGE("views/run-edit.js", "text/javascript; charset=utf-8", views_run_edit_js),
    PAGE("views/run-evaluation.js", "text/javascript; charset=utf-8", views_run_evaluation_js),
    PAGE("views/run-layers.js", "text/javascript; charset=utf-8", views_run_layers_js),
    PAGE("views/run-marks.js", "text/javascript; charset=utf-8", views_run_marks_js),
    PAGE("views/run-rows.js", "text/javascript; charset=utf-8", views_run_rows_js),
    PAGE("views/run-system.js", "text/javascript; charset=utf-8", views_run_system_js),
    PAGE("views/run.js", "text/javascript; charset=utf-8", views_run_js),
    PAGE("views/runs.js", "text/javascript; charset=utf-8", views_runs_js),
    PAGE("views/search-form.js", "text/javascript; charset=utf-8", views_search_form_js),
    PAGE("views/steer.js", "text/javascript; charset=utf-8", views_steer_js),
    PAGE("views/studies.js", "text/javascript; charset=utf-8", views_studies_js),
    PAGE("views/study-charts.js", "text/javascript; charset=utf-8", views_study_charts_js),
    PAGE("views/study-data.js", "text/javascript; charset=utf-8", views_study_data_js),
    PAGE("views/study-parallel.js", "text/javascript; charset=utf-8", views_study_parallel_js),
    PAGE("views/study-trials.js", "text/javascript; charset=utf-8", views_study_trials_js),
    PAGE("views/study.js", "text/javascript; charset=utf-8", views_study_js),
    PAGE("views/train-form.js", "text/javascript; charset=utf-8", views_train_form_js),
    PAGE("views/train.js", "text/javascript; charset=utf-8", views_train_js),
    PAGE("views/tree.js", "text/javascript; charset=utf-8", views_tree_js),
    PAGE("words/en-tools.js", "text/javascript; charset=utf-8", words_en_tools_js),
    PAGE("words/en.js", "text/javascript; charset=utf-8", words_en_js),
    PAGE("words/ko-tools.js", "text/javascript; charset=utf-8", words_ko_tools_js),
    PAGE("words/ko.js", "text/javascript; charset=utf-8", words_ko_js),
};

const kpages_page *kpages_all(size_t *count) {
    *count = sizeof(pages) / sizeof(pages[0]);
    return pages;
}
