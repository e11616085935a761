//! What each new feature of the command line promises, and the tests that show it.

use std::path::Path;

/// The promises, and the paths of their tests.
const STARS: &[(&str, &[&str])] = &[
    // Commands
    (
        "`run` is `invoke`, but takes no bare number",
        &["usage::run_is_an_alias_of_invoke_and_refuses_a_bare_number"],
    ),
    (
        "`define` warns about a service that does not exist",
        &["define::define_warns_about_a_service_that_the_environment_lacks_and_lists_the_others"],
    ),
    (
        "`--if-running join`",
        &[
            "join::if_running_join_waits_for_a_run_with_the_same_values",
            "join::if_running_join_says_what_differs_and_starts_nothing",
        ],
    ),
    (
        "`exec --exit-status`",
        &[
            "exit_status::exec_exit_status_exits_with_the_commands_own_exit_code",
            "exit_status::only_the_last_line_of_the_log_counts_and_every_run_has_another_nonce",
            "exit_status::the_marker_of_the_exit_code_is_hidden_and_rerun_unwraps_the_command",
            "exit_status::rerun_starts_the_command_of_the_user",
            "exit_status::without_a_marker_the_exit_code_is_3_and_stderr_says_why",
            "exit_status::failures_of_tasks_keep_their_codes",
        ],
    ),
    (
        "`runs --since` and `--until`",
        &["runs::since_and_until_take_dates_times_and_weeks"],
    ),
    (
        "the number of all runs",
        &["runs::more_runs_than_the_limit_are_counted_in_a_note"],
    ),
    (
        "`wait --active`",
        &[
            "wait_active::wait_active_waits_until_nothing_is_running_whatever_the_outcomes",
            "wait_active::wait_active_succeeds_at_once_if_nothing_is_running",
        ],
    ),
    (
        "`wait -` without runs",
        &["wait_active::wait_on_empty_input_succeeds_only_with_allow_empty"],
    ),
    (
        "`files get` over an unreliable network",
        &[
            "files::download::files_get_retries_what_another_attempt_can_change",
            "files::download::files_get_resumes_by_range_with_if_range_and_identity_encoding",
            "files::download::files_get_resumes_on_a_new_address_when_the_old_one_has_expired",
            "files::download::files_get_resumes_only_with_a_strong_entity_tag",
            "files::download::files_get_verifies_the_length",
            "files::download::files_get_continues_a_partial_file_of_a_fixed_name",
            "files::download::files_get_locks_the_partial_file",
        ],
    ),
    (
        "`logout` ends the session",
        &["browser::logout_also_ends_the_browser_session_at_keycloak"],
    ),
    (
        "`whoami` and the end of the session",
        &["browser::whoami_shows_when_the_token_expires_and_until_when_the_session_can_be_renewed"],
    ),
    (
        "other names of a run",
        &[
            "latest::latest_is_the_newest_run_on_the_server_for_the_environment",
            "latest::the_address_of_a_page_in_the_ui_is_a_run",
        ],
    ),
    (
        "other names of an environment",
        &[
            "naming::safe_name_and_namespace_of_an_environment_are_accepted_and_reported",
            "naming::an_ambiguous_safe_name_is_an_error_that_lists_the_environments",
            "naming::environment_typed_values_can_be_safe_names_and_namespaces",
        ],
    ),
    (
        "missing arguments",
        &[
            "pickers::at_a_terminal_every_command_prompts_for_whatever_is_missing",
            "pickers::without_a_terminal_the_error_names_the_missing_argument_and_its_alternatives",
        ],
    ),
    (
        "verbs of other tools",
        &["usage::verbs_of_other_tools_get_the_full_command"],
    ),
    (
        "command groups",
        &["usage::a_command_group_without_a_subcommand_prints_its_help"],
    ),
    (
        "`exec` without dashes",
        &["usage::exec_explains_that_the_command_must_follow_dashes"],
    ),
    ("repeated switches", &["usage::a_switch_may_be_repeated"]),
    (
        "`TASKS_MAX_RESPONSE`",
        &["replies::replies_to_queries_are_read_up_to_tasks_max_response"],
    ),
    // Several targets
    (
        "`--targets` with JSON",
        &["bulk::places::targets_can_be_a_json_array"],
    ),
    (
        "`--skip-missing` for environments",
        &[
            "bulk::failures::skip_missing_skips_environments_that_do_not_exist",
            "naming::skip_missing_names_file_and_line_of_a_target",
        ],
    ),
    // Where values come from
    (
        "variables in the compose file",
        &["checkout::variables_in_x_lagoon_project_come_from_dot_env_and_defaults_only"],
    ),
    (
        "`project:` in `.lagoon.yml`",
        &["checkout::a_top_level_project_is_used_before_the_git_remote"],
    ),
    (
        "several git remotes",
        &["checkout::git_remotes_are_tried_in_order_until_one_has_a_project"],
    ),
    (
        "unusable checkouts",
        &["checkout::the_error_says_why_nothing_could_be_inferred_from_a_checkout"],
    ),
    (
        "the current context of the `lagoon` CLI",
        &["context::adding_a_first_context_does_not_switch_away_from_the_lagoon_cli"],
    ),
    (
        "other contexts called `sandbox`",
        &[
            "lagoon_cli::a_context_called_sandbox_is_reported_each_time_the_built_in_one_is_selected",
        ],
    ),
    (
        "`TASKS_SSH_KEY`",
        &[
            "ssh_key::tasks_ssh_key_is_a_path_or_a_key_in_every_form",
            "ssh_key::tasks_ssh_key_of_one_short_line_that_begins_like_a_path_is_a_path",
        ],
    ),
    // Output
    (
        "`--jq` that fails",
        &["losses::a_failing_jq_loses_neither_the_result_nor_the_exit_code"],
    ),
    (
        "the page of a run that failed",
        &["invoke::runs_have_a_url_in_error_objects_too"],
    ),
    (
        "the table of runs",
        &[
            "tables::one_run_table_everywhere",
            "tables::the_run_table_is_readable_and_aligned_at_every_width",
            "runs::runs_are_listed_newest_first_in_every_format",
        ],
    ),
    (
        "the result of `--follow`",
        &[
            "invoke::waiting::with_follow_the_result_on_stderr_has_terminal_format_if_stderr_is_a_terminal",
        ],
    ),
    (
        "what to do after a start",
        &[
            "following::after_a_start_the_page_and_the_command_to_follow_it_are_printed",
            "following::a_run_started_from_prompts_can_be_followed",
        ],
    ),
    (
        "progress on one line",
        &["progress::progress_is_one_line_that_never_wraps_at_any_width"],
    ),
    (
        "slow requests",
        &["following::a_request_of_over_a_second_shows_a_spinner_with_the_host"],
    ),
    (
        "the pager of `logs`",
        &[
            "pager::logs_at_a_terminal_use_tasks_pager_else_pager_else_less",
            "pager::no_pager_is_used_with_no_pager_when_following_or_without_a_terminal",
        ],
    ),
    (
        "`diff` for people",
        &["tables::diff_prints_the_readable_plan_at_a_terminal_or_not"],
    ),
    // Exit codes
    (
        "Ctrl-C in a command without an end",
        &[
            "runs::watch::ctrl_c_ends_runs_watch_with_0_and_no_error",
            "ui::ctrl_c_ends_ui_with_0_and_no_error",
            "usage::ctrl_c_ends_sandbox_serve_with_0_and_no_error",
        ],
    ),
    (
        "`diff --exit-zero`",
        &["apply::plan::diff_exit_zero_exits_with_0_despite_changes"],
    ),
    // The full-screen interface
    (
        "the panes of `ui`",
        &[
            "ui::ui_shows_the_given_environment_and_quits_with_0",
            "ui::ui_opens_the_project_of_the_checkout",
            "ui::ui_shows_active_runs_of_all_projects",
            "ui::many::ten_thousand_runs_and_a_long_log_are_usable",
            "ui::many::a_hundred_projects_are_listed_and_filtered",
        ],
    ),
    (
        "the keys and the mouse of `ui`",
        &[
            "ui::ui_invokes_a_task_with_a_form_and_follows_it",
            "ui::ui_runs_a_command_in_a_service",
            "ui::ui_cancels_a_run_after_confirmation",
            "ui::ui_reruns_a_run",
            "ui::ui_downloads_the_files_of_a_run",
            "ui::ui_filters_a_list",
            "ui::ui_copies_the_equivalent_command_to_the_terminals_clipboard",
            "ui::ui_help_shows_the_keys",
            "ui::ui_takes_clicks_and_the_wheel",
        ],
    ),
    (
        "`ui` confirms production",
        &["ui::ui_confirms_production_and_confirmation_texts"],
    ),
    (
        "`ui` and the terminal",
        &[
            "ui::ui_follows_resizes",
            "ui::ui_restores_the_terminal_after_a_signal",
            "ui::panics::ui_restores_the_terminal_after_a_panic",
            "ui::ui_uses_no_colour_under_no_color",
            "ui::ui_needs_a_terminal",
        ],
    ),
    (
        "`ui` and the network",
        &[
            "ui::idle_ui_sends_no_more_requests_than_runs_watch",
            "ui::failures::a_failure_shows_its_reason_and_is_retried",
            "ui::failures::a_silent_server_leaves_the_interface_usable",
            "ui::failures::a_lost_reply_is_looked_up_and_nothing_starts_twice",
            "ui::failures::an_unknown_start_is_reported_and_not_repeated",
        ],
    ),
    // Agents
    (
        "`mcp` is read-only by default",
        &[
            "mcp::without_allow_invoke_the_tools_only_read",
            "mcp::limits::production_is_read_only_without_allow_production",
        ],
    ),
    (
        "the tools of `mcp`, with schemas",
        &[
            "mcp::the_schemas_of_all_tools",
            "mcp::projects_environments_and_tasks_are_listed",
            "mcp::a_task_is_shown_in_full",
            "mcp::runs_and_their_status_are_shown",
            "mcp::an_agent_starts_a_task_and_waits_for_it",
            "mcp::log::the_tail_and_ranges_of_a_log_of_10_mb",
            "mcp::python::the_python_client_uses_every_tool",
        ],
    ),
    (
        "`--compose`",
        &[
            "rehearsal::a_rehearsal_does_what_lagoon_would",
            "rehearsal::the_project_and_its_services_are_those_of_the_checkout",
            "rehearsal::task_files_are_applied_when_they_are_new_or_have_changed",
            "rehearsal::older_compose_programs_are_used_if_docker_has_no_compose",
            "rehearsal::nothing_starts_if_a_service_is_not_up",
            "rehearsal::a_run_continues_without_tasks_and_can_be_cancelled",
            "rehearsal::the_compose_file_can_be_given",
            "rehearsal::docker::a_rehearsal_works_with_a_real_engine",
        ],
    ),
    (
        "the limits of `mcp`",
        &[
            "mcp::limits::projects_environments_and_tasks_outside_the_limits_are_not_shown",
            "mcp::limits::a_run_outside_the_limits_cannot_be_reached_by_its_id",
            "mcp::limits::an_environment_of_unknown_type_counts_as_production",
            "mcp::limits::a_task_cannot_be_given_an_environment_outside_the_limits",
            "mcp::limits::variables_and_the_checkout_neither_limit_nor_complete_a_call",
        ],
    ),
    (
        "`mcp` asks the user through the client",
        &[
            "mcp::consent::a_task_with_a_confirmation_text_asks_the_user",
            "mcp::consent::every_cancellation_asks_the_user",
            "mcp::consent::only_an_explicit_yes_is_consent",
            "mcp::consent::a_client_that_cannot_ask_is_refused",
        ],
    ),
    (
        "a wait of `mcp` reports progress and can be cancelled",
        &[
            "mcp::waiting::a_wait_reports_progress_and_the_outcome",
            "mcp::waiting::cancelling_a_wait_leaves_the_run_in_progress",
        ],
    ),
    (
        "text from elsewhere is untrusted in `mcp`",
        &[
            "mcp::log::hostile_log_text_stays_data",
            "mcp::log::hostile_names_stay_data",
            "mcp::log::secrets_are_masked",
        ],
    ),
    (
        "`mcp` sends changes once",
        &[
            "mcp::faults::a_lost_reply_to_a_start_is_recovered_and_never_sent_again",
            "mcp::faults::a_lost_reply_to_a_cancellation_is_not_repeated",
        ],
    ),
];

/// True if the file of the module has a test of this name.
fn exists(tests: &Path, path: &str) -> bool {
    let (module, name) = path.rsplit_once("::").unwrap();
    let file = tests.join(module.replace("::", "/")).with_extension("rs");
    let source = std::fs::read_to_string(file).unwrap_or_default();
    source
        .split_once(&format!("\nfn {name}() {{\n"))
        .is_some_and(|(before, _)| before.ends_with("\n#[test]"))
}

#[test]
fn every_promise_has_its_tests() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (promise, names) in STARS {
        assert!(!names.is_empty(), "{promise}");
        for name in *names {
            assert!(exists(&tests, name), "{promise}: no test `{name}`");
        }
    }
    assert!(!exists(&tests, "stars::exists"));
    assert!(!exists(&tests, "nowhere::every_promise_has_its_tests"));
}
