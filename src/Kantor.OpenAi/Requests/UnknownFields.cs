using System.Collections.Frozen;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Requests;

/// <summary>Refuses fields that are not accepted, and tells fields of other servers from misspellings.</summary>
internal static class UnknownFields
{
    /// <summary>Fields of OpenAI's API, vLLM, SGLang and llama-server that ask for something this server does not do.</summary>
    private static readonly FrozenSet<string> Elsewhere = FrozenSet.ToFrozenSet(
    [
        "add_generation_prompt", "add_special_tokens", "allowed_token_ids", "annotations", "audio", "bad_words", "best_of", "cache_prompt",
        "cache_salt",
        "chat_template", "chat_template_kwargs", "continue_final_message", "documents", "dry_allowed_length", "dry_base", "dry_multiplier",
        "dynatemp_range",
        "echo", "extra_body", "function_call", "functions", "grammar", "guided_choice", "guided_grammar", "guided_json", "guided_regex",
        "id_slot",
        "image_url", "include_obfuscation", "include_stop_str_in_output", "input_audio", "json_schema", "kv_transfer_params",
        "length_penalty", "logits_processors", "lora",
        "max_completion_tokens", "messages", "metadata", "min_tokens", "mirostat", "modalities", "n_discard", "n_keep", "n_predict",
        "n_probs", "name", "nvext",
        "parallel_tool_calls", "prediction", "prompt", "prompt_cache_key", "prompt_cache_retention", "prompt_logprobs", "reasoning",
        "reasoning_content",
        "reasoning_effort", "refusal", "repeat_penalty", "response_format", "return_token_ids", "safety_identifier", "samplers",
        "service_tier",
        "skip_special_tokens", "spaces_between_special_tokens", "stop_token_ids", "store", "structured_outputs", "suffix", "tool_call_id",
        "tool_calls", "tool_choice", "tools", "top_logprobs", "truncate_prompt_tokens", "typical_p", "use_beam_search", "verbosity",
        "web_search_options",
        "xtc_probability",
    ]);

    /// <summary>
    /// Leaves an error, unless the field belongs to another API and its value says that nothing is asked for (<see cref="Nothing"/>).
    /// </summary>
    public static void Refuse(Field field, IReadOnlyList<string> accepted)
    {
        if (Elsewhere.Contains(field.Name))
        {
            if (!Nothing.IsAskedBy(field)) field.Refuse("is not supported by this server.", ErrorCodes.UnsupportedParameter);
            return;
        }

        var similar = accepted.FirstOrDefault(name => EditDistance(name, field.Name) <= 2);
        var hint = similar is null ? "" : $" Did you mean '{similar}'?";
        field.Refuse($"is not a known field.{hint}", ErrorCodes.UnknownParameter);
    }

    /// <summary>Levenshtein distance; names longer than any of ours are told apart by their length alone.</summary>
    private static int EditDistance(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > 2) return int.MaxValue;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
