using Kantor.Core.Randomness;
using Kantor.Core.StepTime;
using Kantor.Hardware.Calibration.Fitting;
using Kantor.Hardware.Published;

namespace Kantor.Hardware.Tests.Calibration.Fitting;

public class EngineFitterTests
{
    private static readonly LinearStepTime Truth = new(300, 60, 70, 0.4, 0.02);

    [Fact]
    public void Steps_of_the_form_give_its_coefficients_and_no_error()
    {
        var fit = EngineFitter.Fit(Steps(load => Truth.StepUs(load)));
        Assert.InRange(fit.StepTime.RowKvTokenUs, 0.0199, 0.0201);
        Assert.InRange(fit.StepTime.FixedUs, 297, 303);
        Assert.InRange(fit.HeldOut.P90, 0, 0.01);
        Assert.InRange(fit.HeldOutMeanError, 0, 0.01);
    }

    [Fact]
    public void A_form_without_rows_times_cells_misses_such_steps()
    {
        var steps = Steps(load => Truth.StepUs(load));
        var four = new StepTimeFitter(new StepTimeFitterOptions { Forgetting = 1, Relative = true });
        foreach (var step in steps) four.Observe(step.Load with { ResidentKvTokens = 0 }, step.StepUs);
        var error = steps.Average(step => Math.Abs((four.Fit().StepUs(step.Load with { ResidentKvTokens = 0 }) / step.StepUs) - 1));
        Assert.True(error > 0.05, $"{error}");
    }

    [Fact]
    public void Single_steps_that_were_held_up_change_nothing()
    {
        var step = 0;
        var fit = EngineFitter.Fit(Steps(load => Truth.StepUs(load) + (load.PrefillTokens == 0 && ++step % 5 == 0 ? 8_000 : 0)));
        Assert.InRange(fit.HeldOut.Median, 0, 0.02);
        Assert.InRange(fit.StepTime.FixedUs, 270, 330);
    }

    [Fact]
    public void The_error_is_that_on_loads_which_the_fit_has_not_seen()
    {
        var fit = EngineFitter.Fit([.. Steps(load => Truth.StepUs(load)).Select(step => step.Case % 4 == 3 ? step with { StepUs = 2 * step.StepUs } : step)]);
        Assert.InRange(fit.HeldOut.Median, 0.45, 0.55);
    }

    [Fact]
    public void One_kind_of_load_is_refused() =>
        Assert.Throws<FormatException>(() => EngineFitter.Fit([new MeasuredStep(0, new StepLoad(0, 1, 10, 0), 100)]));

    private static List<MeasuredStep> Steps(Func<StepLoad, double> us)
    {
        var random = new RandomStream(1, "engine-fitter");
        var steps = new List<MeasuredStep>();
        for (var load = 0; load < 24; load++)
        {
            var (sequences, context) = (1 + random.NextInt(32), 20 + random.NextInt(500));
            for (var sequence = 0; sequence < sequences; sequence++) Add(default(StepLoad).With(context, 0, isDecode: false));
            for (var token = 0; token < 40; token++) Add(new StepLoad(0, sequences, (long)sequences * (context + token), 0));

            void Add(StepLoad measured) => steps.Add(new MeasuredStep(load, measured, us(measured)));
        }

        return steps;
    }
}
